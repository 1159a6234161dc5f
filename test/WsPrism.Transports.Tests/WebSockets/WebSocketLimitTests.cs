using System.Numerics;
using WsPrism.Transports.WebSockets;
using static WsPrism.Transports.Tests.WebSockets.ClientFrames;
using static WsPrism.Transports.Tests.WebSockets.ParserRuns;
using static WsPrism.Transports.Tests.WebSockets.WebSocketFrameParserTests;

namespace WsPrism.Transports.Tests.WebSockets;

public sealed class WebSocketLimitTests
{
    private const int Small = 200;

    [Fact]
    public void A_message_at_the_limit_passes()
    {
        Expect(Binary(Payload(Small)), ["binary " + Convert.ToHexStringLower(Payload(Small))], Small);
    }

    [Fact]
    public void A_message_one_past_the_limit_is_too_big_at_its_header()
    {
        Expect(Binary(Payload(Small + 1)), ["error 1009"], Small);
        Assert.Equal(["error 1009"], Run([Header(0x2, Small + 1)], Small).Lines);
    }

    [Fact]
    public void Fragments_are_added_up_to_the_limit()
    {
        var payload = Payload(Small);

        Expect(
            [.. Binary(payload[..150], false), .. Continuation(payload[150..], false), .. Continuation([], true)],
            ["binary " + Convert.ToHexStringLower(payload)],
            Small);
        Expect([.. Binary(payload[..150], false), .. Ping(), .. Continuation(Payload(51), true)], ["ping ", "error 1009"], Small);
    }

    [Fact]
    public void The_limit_starts_anew_with_each_message()
    {
        var line = "binary " + Convert.ToHexStringLower(Payload(Small));

        Expect([.. Binary(Payload(Small)), .. Binary(Payload(Small))], [line, line], Small);
    }

    [Fact]
    public void A_changed_limit_holds_from_the_next_frame()
    {
        using var parser = new WebSocketFrameParser(10, deflate: false);
        var sink = new RecordingSink();

        parser.Received(Binary(Payload(10)), sink);
        parser.MaxMessageBytes = 11;
        parser.Received(Binary(Payload(11)), sink);
        parser.MaxMessageBytes = 9;
        parser.Received(Binary(Payload(10)), sink);

        Assert.Equal(3, sink.Lines.Count);
        Assert.Equal("error 1009", sink.Lines[^1]);
    }

    [Theory]
    [InlineData(65_536L)]
    [InlineData(int.MaxValue)]
    [InlineData(int.MaxValue + 1L)]
    [InlineData(uint.MaxValue + 10L)]
    [InlineData(long.MaxValue)]
    public void An_announced_length_past_the_limit_is_refused_without_memory(long length)
    {
        Expect(Header(0x2, length), ["error 1009"], Small);
        Expect([.. Binary([1], final: false), .. Header(0x0, length)], ["error 1009"], Small);
    }

    [Fact]
    public void An_announced_length_within_the_limit_takes_memory_only_as_it_arrives()
    {
        using var parser = new WebSocketFrameParser(1 << 30, deflate: false);
        var sink = new RecordingSink();

        parser.Received([.. Header(0x2, 1 << 30), 1, 2, 3], sink);
        Assert.InRange(parser.RetainedBytes, 3, 256);

        parser.Received(new byte[10_000], sink);
        Assert.InRange(parser.RetainedBytes, 10_003, 32_768);
    }

    [Fact]
    public void What_is_kept_never_exceeds_the_limit_as_the_pool_rounds_it()
    {
        using var parser = new WebSocketFrameParser(65_536, deflate: false);
        var sink = new RecordingSink();
        var most = 0;

        foreach (var chunk in Binary(Payload(65_536)).Chunk(100))
        {
            parser.Received(chunk, sink);
            most = Math.Max(most, parser.RetainedBytes);
        }

        Assert.Single(sink.Messages);
        Assert.InRange(most, 1, (int)BitOperations.RoundUpToPowerOf2(65_536));
    }

    [Fact]
    public void Nothing_is_kept_while_nothing_is_unfinished()
    {
        using var parser = new WebSocketFrameParser(65_536, deflate: false);
        var sink = new RecordingSink();
        byte[][] parts = [Text("a"), Binary(Payload(1000)), Ping(1, 2), [.. Binary([1], false), .. Ping(), .. Continuation([2], true)]];

        foreach (var part in parts)
        {
            foreach (var chunk in part.Chunk(5))
                parser.Received(chunk, sink);

            Assert.Equal(0, parser.RetainedBytes);
        }
    }

    [Fact]
    public void A_cut_header_takes_no_pooled_memory()
    {
        using var parser = new WebSocketFrameParser(1 << 20, deflate: false);
        var sink = new RecordingSink();

        foreach (var chunk in Header(0x2, 100_000).Chunk(1))
        {
            parser.Received(chunk, sink);
            Assert.Equal(0, parser.RetainedBytes);
        }
    }

    [Fact]
    public void A_disposed_parser_keeps_nothing_and_hears_nothing()
    {
        var parser = new WebSocketFrameParser(65_536, deflate: false);
        var sink = new RecordingSink();

        parser.Received(Binary([1, 2, 3], final: false), sink);
        Assert.NotEqual(0, parser.RetainedBytes);

        parser.Dispose();
        parser.Received(Text("a"), sink);

        Assert.Equal(0, parser.RetainedBytes);
        Assert.Empty(sink.Lines);
    }

    [Fact]
    public void A_failed_parser_keeps_nothing()
    {
        using var parser = new WebSocketFrameParser(65_536, deflate: false);
        var sink = new RecordingSink();

        parser.Received([.. Binary([1, 2, 3], final: false), .. Text("a")], sink);

        Assert.Equal(["error 1002"], sink.Lines);
        Assert.Equal(0, parser.RetainedBytes);
    }

    [Fact]
    public void A_sink_that_throws_leaves_nothing_kept()
    {
        using var parser = new WebSocketFrameParser(65_536, deflate: false);
        var sink = new RecordingSink(_ => throw new InvalidOperationException("a bug"));

        parser.Received(Binary([1, 2, 3], final: false), sink);

        Assert.Throws<InvalidOperationException>(() => parser.Received(Continuation([4], true), sink));
        Assert.Equal(0, parser.RetainedBytes);
    }

    [Fact]
    public void Empty_fragments_are_bounded_and_keep_nothing()
    {
        using var parser = new WebSocketFrameParser(65_536, deflate: false);
        var sink = new RecordingSink();

        parser.Received(Binary([], final: false), sink);

        for (var count = 1; count < WebSocketMessageAssembler.MaxEmptyFragments; count++)
            parser.Received(Continuation([], false), sink);

        Assert.Equal(0, parser.RetainedBytes);
        Assert.Empty(sink.Lines);

        parser.Received(Continuation([], false), sink);

        Assert.Equal(["error 1009"], sink.Lines);
    }

    [Fact]
    public void A_message_may_have_as_many_empty_fragments_as_allowed_and_the_next_again()
    {
        byte[] message =
        [
            .. Binary([], final: false),
            .. Enumerable.Repeat(Continuation([], false), WebSocketMessageAssembler.MaxEmptyFragments - 1).SelectMany(frame => frame),
            .. Continuation([5], true),
        ];

        Assert.Equal(["binary 05", "binary 05"], Run([[.. message, .. message]]).Lines);
    }

    [Fact]
    public void Whole_messages_are_read_without_allocating()
    {
        byte[] input = [.. Text("{\"svc\":\"game\"}"), .. Binary(Payload(40)), .. Ping(1), .. Binary(Payload(2000))];
        var copy = new byte[input.Length];
        using var parser = new WebSocketFrameParser(65_536, deflate: true);
        var sink = new CountingSink();

        Feed(100);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Feed(10_000);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(0, allocated);
        Assert.Equal(4 * 10_100, sink.Count);

        void Feed(int times)
        {
            for (var time = 0; time < times; time++)
            {
                input.CopyTo(copy, 0);
                parser.Received(copy, sink);
            }
        }
    }

    private sealed class CountingSink : IWebSocketFrameSink
    {
        public int Count { get; private set; }

        public void OnText(Span<byte> message)
        {
            Count++;
        }

        public void OnBinary(Span<byte> message)
        {
            Count++;
        }

        public void OnPing(ReadOnlySpan<byte> payload)
        {
            Count++;
        }

        public void OnPong(ReadOnlySpan<byte> payload)
        {
            Count++;
        }

        public void OnClose(ushort code, ReadOnlySpan<byte> reason)
        {
            Count++;
        }

        public void OnError(ushort closeCode, string reason)
        {
            Count++;
        }
    }
}
