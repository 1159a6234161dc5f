using System.Text;
using WsPrism.Transports.WebSockets;
using static WsPrism.Transports.Tests.WebSockets.ParserRuns;

namespace WsPrism.Transports.Tests.WebSockets;

public sealed class MessageDeflateTests
{
    private static readonly byte[] Envelope = Encoding.UTF8.GetBytes(
        """{"v":1,"svc":"chat","type":"msg","room":"match:1","data":{"from":"user:a","msg":"Hello Hello Hello Hello Hello","ts":1}}""");

    // The examples of RFC 7692 section 7.2.3, all of them "Hello", and a stored block.
    [Theory]
    [InlineData("f248cdc9c90700")]
    [InlineData("000500faff48656c6c6f00")]
    [InlineData("f348cdc9c9070000")]
    [InlineData("f24805000000ffffcac9c90700")]
    [InlineData("f348cdc9c90700")]
    public void The_examples_of_the_RFC_are_inflated(string hex)
    {
        var frame = ClientFrames.Frame(0x1, Convert.FromHexString(hex), reserved: 0x40);

        Expect(frame, ["text Hello"], deflate: true);
    }

    [Fact]
    public void A_compressed_message_may_be_fragmented_and_only_its_first_frame_is_marked()
    {
        byte[] input =
        [
            .. ClientFrames.Frame(0x1, [0xF2, 0x48, 0xCD], final: false, reserved: 0x40), .. ClientFrames.Ping(),
            .. ClientFrames.Continuation([0xC9, 0xC9, 0x07, 0x00], true), .. ClientFrames.Text("plain"),
        ];

        Expect(input, ["ping ", "text Hello", "text plain"], deflate: true);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("0200")]
    public void An_empty_message_may_be_compressed(string hex)
    {
        Expect(ClientFrames.Frame(0x2, Convert.FromHexString(hex), reserved: 0x40), ["binary "], deflate: true);
    }

    [Theory]
    [InlineData("ffffffff")]
    [InlineData("07")]
    [InlineData("f248cdc9")]
    [InlineData("000500faff4865")]
    [InlineData("f348cdc9c9")]
    [InlineData("f348cdc9c9070001")]
    [InlineData("f348cdc9c907000000")]
    [InlineData("f348cdc9c90700f348cdc9c9070000")]
    [InlineData("000500ffff48656c6c6f00")]
    public void Broken_data_is_an_invalid_payload(string hex)
    {
        Expect(ClientFrames.Frame(0x2, Convert.FromHexString(hex), reserved: 0x40), ["error 1007"], deflate: true);
    }

    [Fact]
    public void Inflated_text_is_checked()
    {
        var payload = Deflate([.. Enumerable.Repeat((byte)0xC3, 100)]);

        Expect(ClientFrames.Frame(0x1, payload, reserved: 0x40), ["error 1007"], deflate: true);
        Assert.Single(Run([ClientFrames.Frame(0x2, payload, reserved: 0x40)], deflate: true).Messages);
    }

    [Fact]
    public void The_limit_holds_for_the_inflated_size()
    {
        var frame = ClientFrames.Frame(0x2, Deflate(new byte[5_000]), reserved: 0x40);

        Assert.Equal([new byte[5_000]], Run([frame], 5_000, deflate: true).Messages);
        Assert.Equal(["error 1009"], Run([frame], 4_999, deflate: true).Lines);
    }

    [Fact]
    public void A_bomb_is_stopped_at_the_limit()
    {
        var bomb = Deflate(new byte[50_000_000]);
        var output = default(PooledBuffer);

        var status = MessageInflater.Inflate(bomb, 65_536, ref output);

        Assert.Equal(InflateStatus.TooBig, status);
        Assert.InRange(output.Capacity, 0, 65_536);
        output.Release();
    }

    [Fact]
    public void Noise_at_the_limit_passes_though_compressed_it_is_longer()
    {
        var noise = new byte[65_536];
        new Random(1).NextBytes(noise);

        // Stored blocks, as a client's compressor makes them of noise.
        byte[] stored = [0x00, 0xFF, 0xFF, 0x00, 0x00, .. noise[..65_535], 0x00, 0x01, 0x00, 0xFE, 0xFF, noise[^1], 0x00];

        ExpectMessages(ClientFrames.Frame(0x2, stored, reserved: 0x40), [noise], 65_536, deflate: true);
        Assert.Equal(["error 1009"], Run([ClientFrames.Frame(0x2, stored, reserved: 0x40)], 65_535, deflate: true).Lines);
    }

    [Fact]
    public void A_compressed_frame_that_cannot_fit_is_refused_at_its_header()
    {
        var most = MessageInflater.GetMaxCompressedBytes(1_000);

        Assert.Equal(["error 1009"], Run([ClientFrames.Header(0x2, most + 1, reserved: 0x40)], 1_000, deflate: true).Lines);
        Assert.Empty(Run([ClientFrames.Header(0x2, most, reserved: 0x40)], 1_000, deflate: true).Lines);
    }

    [Fact]
    public void Deflated_messages_inflate_to_what_they_were()
    {
        foreach (var length in new[] { 120, 1_000, 65_536, 300_000 })
        {
            var message = Enumerable.Range(0, length).Select(index => Envelope[index % Envelope.Length]).ToArray();
            var output = default(PooledBuffer);
            var deflated = Deflate(message);

            Assert.True(deflated.Length < length);
            Assert.Equal(InflateStatus.Inflated, MessageInflater.Inflate(deflated, length, ref output));
            Assert.Equal(message, output.Span.ToArray());
            output.Release();
        }
    }

    [Fact]
    public void A_message_that_would_not_get_shorter_is_not_deflated()
    {
        var noise = new byte[1_000];
        new Random(1).NextBytes(noise);

        Assert.False(MessageDeflater.TryDeflate(noise, new byte[2_000], out _));
        Assert.False(MessageDeflater.TryDeflate([], new byte[10], out _));
        Assert.False(MessageDeflater.TryDeflate([1], new byte[10], out _));
    }

    [Fact]
    public void A_destination_of_exactly_the_deflated_length_is_enough_and_one_less_is_not()
    {
        var length = Deflate(Envelope).Length;

        Assert.True(MessageDeflater.TryDeflate(Envelope, new byte[length], out var written));
        Assert.Equal(length, written);
        Assert.False(MessageDeflater.TryDeflate(Envelope, new byte[length - 1], out written));
        Assert.Equal(0, written);
    }

    [Fact]
    public void Nothing_is_kept_after_a_compressed_message()
    {
        using var parser = new WebSocketFrameParser(Limit, deflate: true);
        var sink = new RecordingSink();

        foreach (var chunk in ClientFrames.Frame(0x1, Deflate(Envelope), reserved: 0x40).Chunk(7))
            parser.Received(chunk, sink);

        Assert.Equal([Envelope], sink.Messages);
        Assert.Equal(0, parser.RetainedBytes);
    }

    private static byte[] Deflate(byte[] message)
    {
        var destination = new byte[message.Length];

        Assert.True(MessageDeflater.TryDeflate(message, destination, out var written));
        return destination[..written];
    }
}
