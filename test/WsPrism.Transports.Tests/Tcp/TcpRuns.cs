using System.Text;
using WsPrism.Transports.Tcp;

namespace WsPrism.Transports.Tests.Tcp;

/// <summary>Feeds input to fresh parsers in every chunking and sees that what the sink hears is always the same.</summary>
internal static class TcpRuns
{
    public const int Limit = 1_000;

    /// <summary>Expects these callbacks from the whole, every two-way split, and byte by byte.</summary>
    public static void Expect(byte[] input, params string[] expected)
    {
        Assert.Equal(expected, Run([input]));
        for (var at = 1; at < input.Length; at++)
        {
            Assert.Equal(expected, Run([input[..at], input[at..]]));
        }

        Assert.Equal(expected, Run(input.Chunk(1)));
    }

    public static List<string> Run(IEnumerable<byte[]> chunks, int limit = Limit)
    {
        using var parser = new TcpFrameParser(limit);
        var sink = new Recorder();
        foreach (var chunk in chunks)
        {
            parser.Received(chunk.ToArray(), sink);
            Assert.InRange(parser.RetainedBytes, 0, Math.Max(2 * limit, 256));
        }

        parser.Dispose();
        Assert.Equal(0, parser.RetainedBytes);
        return sink.Lines;
    }

    private sealed class Recorder : ITcpFrameSink
    {
        public List<string> Lines { get; } = [];

        public void OnExt(Span<byte> message) => Lines.Add("ext " + Encoding.UTF8.GetString(message));

        public void OnHot(Span<byte> message) => Lines.Add("hot " + Convert.ToHexStringLower(message));

        public void OnPing(ReadOnlySpan<byte> payload) => Lines.Add("ping " + Convert.ToHexStringLower(payload));

        public void OnPong(ReadOnlySpan<byte> payload) => Lines.Add("pong " + Convert.ToHexStringLower(payload));

        public void OnClose(ushort code, ReadOnlySpan<byte> reason) => Lines.Add($"close {code} {Encoding.UTF8.GetString(reason)}");

        public void OnError(ushort closeCode, string reason)
        {
            Assert.NotEmpty(reason);
            Lines.Add($"error {closeCode}");
        }
    }
}
