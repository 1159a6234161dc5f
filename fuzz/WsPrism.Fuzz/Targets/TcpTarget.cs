using System.Text;
using WsPrism.Gateway.Handshake;
using WsPrism.Transports.Tcp;

namespace WsPrism.Fuzz.Targets;

/// <summary>
/// Reads what a TCP client sends: the line, then frames. Cut up in whatever way it must read the same, keep no more than one message's worth, and what was
/// decided on the beginning of a line must hold when more of it comes.
/// </summary>
internal sealed class TcpTarget : IFuzzTarget
{
    private const int MaxMessageBytes = 1_000;

    public string Name => "tcp";

    public IEnumerable<byte[]> Seeds { get; } =
    [
        [.. "WSPRISM/1 tenant=acme ticket=t-alice\n"u8, 5, 0, 0, 0, 1, .. "Hello"u8, 3, 0, 0, 0, 2, 250, 1, 0, 0, 0, 0, 0, 9, 2, 0, 0, 0, 8, 0xE8, 0x03],
        [.. "WSPRISM/1 tenant=acme ticket=t-alice resume=abc position=12\n"u8, 0xE9, 0x03, 0, 0, 2],
        [.. "WSPRISM/1 ticket=a tenant=b\n"u8, 2, 0, 0, 0, 10, 1, 2, 1, 0, 0, 0, 3, 1],
    ];

    public IEnumerable<byte[]> Dictionary { get; } =
    [
        .. new[] { "WSPRISM/1 ", "tenant=", "ticket=", "resume=", "position=", " ", "=", "\n", "\r\n" }.Select(Encoding.ASCII.GetBytes),
        [0, 0, 0, 0, 1], [1, 0, 0, 0, 2], [0xE8, 0x03, 0, 0, 1], [0xE9, 0x03, 0, 0, 1], [125, 0, 0, 0, 9], [126, 0, 0, 0, 10], [0xFF, 0xFF, 0xFF, 0xFF, 2],
        [2, 0, 0, 0, 8, 0xE8, 0x03], [0xC3, 0xA9], [0xED, 0xA0, 0x80],
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        ReadLine(input, out var length);
        var frames = input[length..].ToArray();
        var whole = Parse(frames, Math.Max(1, frames.Length));
        BrokenInvariantException.ThrowIfNot(whole.SequenceEqual(Parse(frames, 1)), "byte by byte it reads as in one piece");
        BrokenInvariantException.ThrowIfNot(whole.SequenceEqual(Parse(frames, 7)), "in any pieces it reads as in one");
    }

    private static void ReadLine(ReadOnlySpan<byte> input, out int length)
    {
        var decided = HandshakeLine.TryRead(input, out length, out var credentials);
        BrokenInvariantException.ThrowIfNot(length >= 0 && length <= Math.Min(input.Length, HandshakeLine.MaxLength), "a line lies within what came");
        BrokenInvariantException.ThrowIfNot(decided || input.Length < HandshakeLine.MaxLength, "so many bytes are enough to decide");
        if (credentials is { } read)
        {
            var line = Encoding.Latin1.GetString(input[..length]);
            BrokenInvariantException.ThrowIfNot(line.EndsWith('\n') && line.IndexOf('\n', StringComparison.Ordinal) == length - 1, "a line ends with its only newline");
            BrokenInvariantException.ThrowIfNot(
                line.Contains($" tenant={read.Tenant}", StringComparison.Ordinal) && line.Contains($" ticket={read.Ticket}", StringComparison.Ordinal), "both were in the line");
        }

        for (var cut = 0; cut < Math.Min(input.Length, 200); cut++)
        {
            BrokenInvariantException.ThrowIfNot(
                !HandshakeLine.TryRead(input[..cut], out var partLength, out var part)
                || (decided && partLength == length && part?.Ticket == credentials?.Ticket && part?.Tenant == credentials?.Tenant && part?.Resume == credentials?.Resume),
                "what was decided on fewer bytes holds with more");
        }
    }

    private static List<string> Parse(byte[] bytes, int size)
    {
        using var parser = new TcpFrameParser(MaxMessageBytes);
        var sink = new WrittenDown();
        foreach (var chunk in bytes.Chunk(size))
        {
            parser.Received(chunk, sink);
            BrokenInvariantException.ThrowIfNot(parser.RetainedBytes <= 1_024, $"it retains {parser.RetainedBytes} bytes");
        }

        parser.Dispose();
        BrokenInvariantException.ThrowIfNot(parser.RetainedBytes == 0, "once stopped it retains nothing");
        return sink.Events;
    }

    private sealed class WrittenDown : ITcpFrameSink
    {
        private bool _hasEnded;

        public List<string> Events { get; } = [];

        public void OnExt(Span<byte> message)
        {
            BrokenInvariantException.ThrowIfNot(System.Text.Unicode.Utf8.IsValid(message), "text is UTF-8");
            Add("ext", message, MaxMessageBytes);
        }

        public void OnHot(Span<byte> message) => Add("hot", message, MaxMessageBytes);

        public void OnPing(ReadOnlySpan<byte> payload) => Add("ping", payload, 125);

        public void OnPong(ReadOnlySpan<byte> payload) => Add("pong", payload, 125);

        public void OnClose(ushort code, ReadOnlySpan<byte> reason)
        {
            Add($"close {code}", reason, 123);
            _hasEnded = true;
        }

        public void OnError(ushort closeCode, string reason)
        {
            BrokenInvariantException.ThrowIfNot(closeCode is 1002 or 1007 or 1009, "an error has one of three codes");
            Add($"error {closeCode} {reason}", default, 0);
            _hasEnded = true;
        }

        private void Add(string kind, ReadOnlySpan<byte> payload, int longest)
        {
            BrokenInvariantException.ThrowIfNot(payload.Length <= longest, "nothing is longer than allowed");
            BrokenInvariantException.ThrowIfNot(!_hasEnded, "nothing follows a close or an error");
            Events.Add($"{kind} {Convert.ToHexString(payload)}");
        }
    }
}
