using WsPrism.Transports.WebSockets;

namespace WsPrism.Transports.Tests.WebSockets;

/// <summary>Feeds input to fresh parsers in every chunking and sees that what the sink hears is always the same.</summary>
internal static class ParserRuns
{
    public const int Limit = 65_536;

    /// <summary>Expects these callbacks from the whole, every two-way split, and byte by byte.</summary>
    public static void Expect(byte[] input, string[] expected, int limit = Limit, bool deflate = false)
    {
        Assert.Equal(expected, Run([input], limit, deflate).Lines);

        for (var at = 1; at < input.Length; at++)
            Assert.Equal(expected, Run([input[..at], input[at..]], limit, deflate).Lines);

        Assert.Equal(expected, Run(input.Chunk(1), limit, deflate).Lines);
    }

    /// <summary>The same with a few splits, for inputs too long for all of them.</summary>
    public static void ExpectMessages(byte[] input, IReadOnlyList<byte[]> expected, int limit, bool deflate = false)
    {
        IEnumerable<int> sizes = [input.Length, 1, 3, 7, 1000, 4096, 65_536];

        foreach (var size in sizes)
        {
            var sink = Run(input.Chunk(size), limit, deflate);

            Assert.Null(sink.LastReason);
            Assert.Equal(expected, sink.Messages);
        }
    }

    public static RecordingSink Run(IEnumerable<byte[]> chunks, int limit = Limit, bool deflate = false)
    {
        using var parser = new WebSocketFrameParser(limit, deflate);
        var sink = new RecordingSink();

        // The parser writes into what it is given.
        foreach (var chunk in chunks)
            parser.Received(chunk.ToArray(), sink);

        return sink;
    }
}
