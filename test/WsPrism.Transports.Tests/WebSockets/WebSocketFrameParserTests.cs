using WsPrism.Transports.WebSockets;
using static WsPrism.Transports.Tests.WebSockets.ClientFrames;
using static WsPrism.Transports.Tests.WebSockets.ParserRuns;

namespace WsPrism.Transports.Tests.WebSockets;

public sealed class WebSocketFrameParserTests
{
    [Fact]
    public void A_text_frame_is_a_message()
    {
        // The masked "Hello" of RFC 6455 section 5.7.
        byte[] hello = [0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58];

        Expect(hello, ["text Hello"]);
    }

    [Fact]
    public void Frames_follow_each_other_in_order()
    {
        Expect([.. Text("a"), .. Binary([1, 2]), .. Ping(7), .. Pong(), .. Text("")], ["text a", "binary 0102", "ping 07", "pong ", "text "]);
    }

    [Fact]
    public void Fragments_make_one_message_with_control_frames_in_between()
    {
        byte[] input =
        [
            .. Text("Hé"[..1], final: false), .. Ping(1), .. Continuation([0xC3], false), .. Pong(2), .. Continuation([], false),
            .. Continuation([0xA9], true), .. Binary([9]),
        ];

        Expect(input, ["ping 01", "pong 02", "text Hé", "binary 09"]);
    }

    [Fact]
    public void Empty_fragments_make_an_empty_message()
    {
        Expect([.. Binary([], final: false), .. Continuation([], true)], ["binary "]);
    }

    [Theory]
    [InlineData(125)]
    [InlineData(126)]
    [InlineData(127)]
    [InlineData(300)]
    public void Every_length_form_is_read(int length)
    {
        var payload = Payload(length);

        Expect(Binary(payload), ["binary " + Convert.ToHexStringLower(payload)]);
    }

    [Theory]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(200_000)]
    public void Long_messages_are_read(int length)
    {
        var payload = Payload(length);
        byte[] fragmented = [.. Binary(payload[..1000], final: false), .. Ping(1), .. Continuation(payload[1000..], true)];

        ExpectMessages([.. Binary(payload), .. fragmented], [payload, payload], 200_000);
    }

    [Fact]
    public void A_control_frame_may_have_125_bytes()
    {
        Expect(Ping(Payload(125)), ["ping " + Convert.ToHexStringLower(Payload(125))]);
    }

    [Theory]
    [InlineData(0x8)]
    [InlineData(0x9)]
    [InlineData(0xA)]
    public void A_control_frame_of_126_bytes_is_a_protocol_error(int opcode)
    {
        Expect(Frame(opcode, Payload(126)), ["error 1002"]);
    }

    [Theory]
    [InlineData(0x8)]
    [InlineData(0x9)]
    [InlineData(0xA)]
    public void A_fragmented_control_frame_is_a_protocol_error(int opcode)
    {
        Expect(Frame(opcode, [], final: false), ["error 1002"]);
    }

    [Theory]
    [InlineData(0x3)]
    [InlineData(0x4)]
    [InlineData(0x5)]
    [InlineData(0x6)]
    [InlineData(0x7)]
    [InlineData(0xB)]
    [InlineData(0xC)]
    [InlineData(0xD)]
    [InlineData(0xE)]
    [InlineData(0xF)]
    public void A_reserved_opcode_is_a_protocol_error(int opcode)
    {
        Expect([.. Text("a"), .. Frame(opcode, [1]), .. Text("b")], ["text a", "error 1002"]);
    }

    [Theory]
    [InlineData(0x40, false)]
    [InlineData(0x20, false)]
    [InlineData(0x10, false)]
    [InlineData(0x20, true)]
    [InlineData(0x10, true)]
    [InlineData(0x60, true)]
    public void A_reserved_bit_is_a_protocol_error(int bits, bool deflate)
    {
        Expect(Frame(0x1, [1], reserved: bits), ["error 1002"], deflate: deflate);
    }

    [Theory]
    [InlineData(0x8)]
    [InlineData(0x9)]
    [InlineData(0xA)]
    public void RSV1_on_a_control_frame_is_a_protocol_error_under_deflate_too(int opcode)
    {
        Expect(Frame(opcode, [], reserved: 0x40), ["error 1002"], deflate: true);
    }

    [Fact]
    public void RSV1_on_a_continuation_is_a_protocol_error_under_deflate_too()
    {
        Expect([.. Text("a", final: false), .. Frame(0x0, [1], reserved: 0x40)], ["error 1002"], deflate: true);
    }

    [Fact]
    public void An_unmasked_frame_is_a_protocol_error()
    {
        Expect([0x81, 0x01, (byte)'a'], ["error 1002"]);
    }

    [Fact]
    public void A_continuation_of_nothing_is_a_protocol_error()
    {
        Expect(Continuation([1], true), ["error 1002"]);
        Expect([.. Text("a"), .. Continuation([1], true)], ["text a", "error 1002"]);
    }

    [Fact]
    public void A_new_message_inside_of_a_fragmented_one_is_a_protocol_error()
    {
        Expect([.. Text("a", final: false), .. Text("b")], ["error 1002"]);
        Expect([.. Text("a", final: false), .. Binary([1], final: false)], ["error 1002"]);
    }

    [Fact]
    public void A_length_not_in_its_shortest_form_is_a_protocol_error()
    {
        Expect([0x82, 0xFE, 0, 125, .. Key], ["error 1002"]);
        Expect([0x82, 0xFF, .. BigEndian(65_535), .. Key], ["error 1002"]);
    }

    [Fact]
    public void A_length_with_its_top_bit_is_a_protocol_error()
    {
        Expect([0x82, 0xFF, .. BigEndian(long.MinValue), .. Key], ["error 1002"]);
        Expect([0x82, 0xFF, .. BigEndian(-1), .. Key], ["error 1002"]);
    }

    [Fact]
    public void A_bad_length_is_told_before_its_key_has_come()
    {
        Assert.Equal(["error 1002"], Run([[0x82, 0xFE, 0, 125]]).Lines);
    }

    [Fact]
    public void Nothing_is_read_after_an_error()
    {
        Expect([.. Frame(0x3, []), .. Text("a"), .. Frame(0x3, [])], ["error 1002"]);
    }

    [Fact]
    public void Nothing_is_read_after_a_stop_in_a_callback()
    {
        byte[] input = [.. Text("a"), .. Text("b")];
        using var parser = new WebSocketFrameParser(Limit, deflate: false);
        var sink = new RecordingSink(_ => parser.Stop());

        parser.Received(input, sink);
        parser.Received(Text("c"), sink);

        Assert.Equal(["text a"], sink.Lines);
    }

    [Fact]
    public void A_span_from_the_kept_bytes_stays_good_after_a_stop_in_the_callback()
    {
        var kept = 0;
        using var parser = new WebSocketFrameParser(Limit, deflate: false);
        var sink = new RecordingSink(_ =>
        {
            parser.Stop();
            kept = parser.RetainedBytes;
        });

        foreach (var chunk in Text("Hello").Chunk(1))
            parser.Received(chunk, sink);

        Assert.Equal(["text Hello"], sink.Lines);
        Assert.NotEqual(0, kept);
        Assert.Equal(0, parser.RetainedBytes);
    }

    internal static byte[] Payload(int length)
    {
        return [.. Enumerable.Range(0, length).Select(index => (byte)((index * 31) + (index >> 8)))];
    }
}
