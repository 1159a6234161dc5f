using System.Numerics;
using WsPrism.Transports.WebSockets;

namespace WsPrism.Fuzz.Targets;

/// <summary>
/// Parses WebSocket frames. The first byte of an input says how the rest is cut up and whether deflate was agreed; whatever it says, the sink must hear
/// the same, and the parser must not keep more than one message's worth.
/// </summary>
internal sealed class WebSocketTarget : IFuzzTarget
{
    private const int MaxMessageBytes = 1_000;

    // The pool rounds up to a power of two; a control frame may be under way beside a message.
    private static readonly int MaxRetained =
        (int)BitOperations.RoundUpToPowerOf2((uint)MessageInflater.GetMaxCompressedBytes(MaxMessageBytes)) + 256;

    public string Name => "websocket";

    public IEnumerable<byte[]> Seeds { get; } =
    [
        // "Hello" in one frame, in two with a ping between, an empty binary, a close; then compressed "Hello" (RFC 7692 section 7.2.3.1) and a long length.
        .. new[]
        {
            "00818537fa213d7f9f4d5158",
            "03018337fa213d7f9f4d898037fa213d808237fa213d5b95",
            "07828037fa213d888237fa213d3412",
            "81c18737fa213dc5b28cf4fefa21",
            "8582fe008037fa213d" + new string('7', 256),
            "0282ff000000000001000037fa213d00",
            "8bc18e00000000f248cdc9c907000000ffff03000000"
        }.Select(Convert.FromHexString)
    ];

    public IEnumerable<byte[]> Dictionary { get; } =
    [
        .. new[]
        {
            "8180", "0180", "0080", "8080", "8280", "8880", "8980", "8a80", "c180", "4180", "00000000", "818400000000", "fe007e", "fe0080", "ff0000000000010000",
            "03e8", "0fa0", "03ed", "c3a9", "e282ac", "f09f9880", "eda080", "f4908080", "c0af"
        }.Select(Convert.FromHexString)
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty)
            return;

        var deflate = (input[0] & 0x80) != 0;
        var bytes = input[1..].ToArray();
        var whole = Parse(bytes, deflate, [Math.Max(1, bytes.Length)]);
        var single = Parse(bytes, deflate, [1]);
        var mixed = Parse(bytes, deflate, [1 + (input[0] & 0x0F), 1 + ((input[0] >> 3) & 0x0F), 7]);

        BrokenInvariantException.ThrowIfNot(whole.SequenceEqual(single), "byte by byte it reads as in one piece");
        BrokenInvariantException.ThrowIfNot(whole.SequenceEqual(mixed), "in any pieces it reads as in one");
    }

    private static List<string> Parse(byte[] bytes, bool deflate, int[] sizes)
    {
        using var parser = new WebSocketFrameParser(MaxMessageBytes, deflate);
        var sink = new WrittenDown();
        for (int at = 0, turn = 0; at < bytes.Length; turn++)
        {
            var end = Math.Min(bytes.Length, at + sizes[turn % sizes.Length]);

            // A copy: the parser unmasks in place.
            parser.Received(bytes.AsSpan(at..end).ToArray(), sink);
            BrokenInvariantException.ThrowIfNot(parser.RetainedBytes <= MaxRetained, $"it retains {parser.RetainedBytes} bytes, more than {MaxRetained}");
            at = end;
        }

        parser.Stop();
        BrokenInvariantException.ThrowIfNot(parser.RetainedBytes == 0, "once stopped it retains nothing");
        return sink.Events;
    }

    private sealed class WrittenDown : IWebSocketFrameSink
    {
        private bool _hasEnded;

        public List<string> Events { get; } = [];

        public void OnText(Span<byte> message)
        {
            BrokenInvariantException.ThrowIfNot(System.Text.Unicode.Utf8.IsValid(message), "text is UTF-8");
            AddMessage("text", message);
        }

        public void OnBinary(Span<byte> message) => AddMessage("binary", message);

        public void OnPing(ReadOnlySpan<byte> payload) => AddControl("ping", payload);

        public void OnPong(ReadOnlySpan<byte> payload) => AddControl("pong", payload);

        public void OnClose(ushort code, ReadOnlySpan<byte> reason)
        {
            AddControl($"close {code}", reason);
            _hasEnded = true;
        }

        public void OnError(ushort closeCode, string reason)
        {
            BrokenInvariantException.ThrowIfNot(closeCode is 1002 or 1007 or 1009, "an error has one of three codes");
            Add($"error {closeCode} {reason}");
            _hasEnded = true;
        }

        private void AddMessage(string kind, ReadOnlySpan<byte> message)
        {
            BrokenInvariantException.ThrowIfNot(message.Length <= MaxMessageBytes, "a message is not longer than allowed");
            Add($"{kind} {Convert.ToHexString(message)}");
        }

        private void AddControl(string kind, ReadOnlySpan<byte> payload)
        {
            BrokenInvariantException.ThrowIfNot(payload.Length <= 125, "a control frame is short");
            Add($"{kind} {Convert.ToHexString(payload)}");
        }

        private void Add(string line)
        {
            BrokenInvariantException.ThrowIfNot(!_hasEnded, "nothing follows a close or an error");
            Events.Add(line);
        }
    }
}
