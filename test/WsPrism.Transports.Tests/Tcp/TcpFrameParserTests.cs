using WsPrism.Testing;
using WsPrism.Transports.Tcp;
using static WsPrism.Transports.Tests.Tcp.TcpFrames;
using static WsPrism.Transports.Tests.Tcp.TcpRuns;

namespace WsPrism.Transports.Tests.Tcp;

public sealed class TcpFrameParserTests
{
    [Fact]
    public void Each_kind_is_told_as_what_it_is_however_it_is_cut() => Expect(
        [.. Ext("{\"é\":1}"), .. Hot(1, 2, 3), .. Frame(9, 7), .. Frame(10), .. Ext(""), .. Hot(), .. Close(1000, "så")],
        "ext {\"é\":1}", "hot 010203", "ping 07", "pong ", "ext ", "hot ", "close 1000 så");

    [Fact]
    public void A_message_may_be_as_long_as_the_limit_and_not_longer()
    {
        var longest = new byte[Limit];

        Assert.Equal(["hot " + Convert.ToHexStringLower(longest)], Run(Hot(longest).Chunk(7)));
        Expect(Header(Limit + 1, 2), "error 1009");
        Expect(Header(Limit + 1, 1), "error 1009");
        Expect(Header(uint.MaxValue, 2), "error 1009");
        Expect(Header(0x8000_0000, 1), "error 1009");
    }

    [Fact]
    public void Every_other_kind_is_a_protocol_error_however_long_it_says_it_is()
    {
        for (var kind = 0; kind <= byte.MaxValue; kind++)
        {
            if (kind is not (1 or 2 or 8 or 9 or 10))
            {
                Assert.Equal(["error 1002"], Run([Header(0, kind)]));
                Assert.Equal(["error 1002"], Run([Header(uint.MaxValue, kind)]));
            }
        }
    }

    [Theory]
    [InlineData(9, "ping ")]
    [InlineData(10, "pong ")]
    public void A_ping_or_pong_has_125_bytes_at_most(int kind, string told)
    {
        Expect(Frame(kind, new byte[125]), told + new string('0', 250));
        Expect(Header(126, kind), "error 1002");
    }

    [Fact]
    public void A_close_has_a_code_that_may_be_sent_or_nothing()
    {
        Expect(Frame(8), "close 1005 ");
        Expect(Frame(8, 3), "error 1002");
        Expect(Close(4999, new string('x', 123)), "close 4999 " + new string('x', 123));
        Expect(Header(126, 8), "error 1002");
        Expect([.. Frame(8, 0xE8, 0x03, 0xFF)], "error 1007");
        for (var code = 0; code <= ushort.MaxValue; code++)
        {
            var isValid = code is (>= 1000 and <= 1003) or (>= 1007 and <= 1014) or (>= 3000 and <= 4999);
            Assert.Equal([isValid ? $"close {code} " : "error 1002"], Run([Close(code)]));
        }
    }

    [Theory]
    [InlineData("ff")]
    [InlineData("c3")]
    [InlineData("eda080")]
    [InlineData("c0af")]
    [InlineData("f4908080")]
    public void Text_that_is_not_UTF_8_is_an_invalid_payload_and_binary_may_be(string hex)
    {
        Expect([.. Hot(Convert.FromHexString(hex)), .. Frame(1, Convert.FromHexString(hex)), .. Hot(1)], "hot " + hex, "error 1007");
    }

    [Fact]
    public void Nothing_is_read_after_a_close_or_an_error()
    {
        Expect([.. Ext("a"), .. Close(1001), .. Ext("b"), .. Frame(3)], "ext a", "close 1001 ");
        Expect([.. Ext("a"), .. Frame(3), .. Close(1000)], "ext a", "error 1002");
    }

    [Fact]
    public void Garbage_reads_the_same_however_it_is_cut() => Seeds.Check(2_000, random =>
    {
        var bytes = new List<byte>();
        for (var frames = random.Next(1, 6); frames > 0; frames--)
        {
            var payload = new byte[random.Next(0, 40)];
            random.NextBytes(payload);
            bytes.AddRange(random.Next(6) == 0 ? payload : Frame(random.Next(4) == 0 ? random.Next(256) : 2, payload));
        }

        var whole = Run([[.. bytes]]);

        Assert.Equal(whole, Run(bytes.Chunk(1)));
        Assert.Equal(whole, Run(bytes.Chunk(random.Next(2, 20))));
    });

    [Fact]
    public void Only_what_came_is_kept_whatever_was_announced()
    {
        using var parser = new TcpFrameParser(100_000_000);
        var sink = new Silent();

        parser.Received(Header(100_000_000, 2), sink);
        Assert.Equal(0, parser.RetainedBytes);
        parser.Received(new byte[1_000], sink);
        Assert.InRange(parser.RetainedBytes, 1_000, 4_096);
    }

    [Fact]
    public void A_whole_frame_is_handed_on_where_it_lies()
    {
        using var parser = new TcpFrameParser(Limit);
        var sink = new Silent();
        var bytes = Hot(1, 2, 3);

        parser.Received(bytes, sink);

        // The sink overwrites what it is given.
        Assert.Equal(0xEE, bytes[5]);
    }

    [Fact]
    public void Messages_whole_or_cut_allocate_nothing()
    {
        using var parser = new TcpFrameParser(Limit);
        var sink = new Silent();
        var bytes = new byte[][] { Ext("{\"svc\":\"chat\"}"), Hot(new byte[300]), Frame(9, 1) }.SelectMany(frame => frame).ToArray();
        Feed(parser, bytes, sink);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
        {
            Feed(parser, bytes, sink);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_sink_may_end_the_parser_from_a_call_and_keeps_its_span_until_it_returns()
    {
        var parser = new TcpFrameParser(Limit);
        var sink = new Ending(parser);
        var bytes = new byte[][] { Hot(1, 2, 3), Hot(4) }.SelectMany(frame => frame).ToArray();

        parser.Received(bytes.AsSpan(0, 6), sink);
        parser.Received(bytes.AsSpan(6), sink);

        Assert.Equal([[1, 2, 3]], sink.Messages);
        Assert.Equal(0, parser.RetainedBytes);
    }

    private static void Feed(TcpFrameParser parser, byte[] bytes, Silent sink)
    {
        for (var at = 0; at < bytes.Length; at += 50)
        {
            parser.Received(bytes.AsSpan(at, Math.Min(50, bytes.Length - at)), sink);
        }

        parser.Received(TwoWhole, sink);
    }

    private static readonly byte[] TwoWhole = [.. Hot(1), .. Ext("a")];

    private sealed class Silent : ITcpFrameSink
    {
        // The text stays text: it is read again.
        public void OnExt(Span<byte> message) => message.Fill((byte)'x');

        public void OnHot(Span<byte> message) => message.Fill(0xEE);

        public void OnPing(ReadOnlySpan<byte> payload)
        {
        }

        public void OnPong(ReadOnlySpan<byte> payload)
        {
        }

        public void OnClose(ushort code, ReadOnlySpan<byte> reason)
        {
        }

        public void OnError(ushort closeCode, string reason) => Assert.Fail(reason);
    }

    private sealed class Ending(TcpFrameParser parser) : ITcpFrameSink
    {
        public List<byte[]> Messages { get; } = [];

        public void OnExt(Span<byte> message) => Assert.Fail("there was none");

        public void OnHot(Span<byte> message)
        {
            parser.Dispose();
            Messages.Add(message.ToArray());
        }

        public void OnPing(ReadOnlySpan<byte> payload)
        {
        }

        public void OnPong(ReadOnlySpan<byte> payload)
        {
        }

        public void OnClose(ushort code, ReadOnlySpan<byte> reason)
        {
        }

        public void OnError(ushort closeCode, string reason) => Assert.Fail(reason);
    }
}
