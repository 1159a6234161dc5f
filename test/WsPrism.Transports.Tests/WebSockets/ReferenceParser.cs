using System.Buffers.Binary;
using System.Text;

namespace WsPrism.Transports.Tests.WebSockets;

/// <summary>The same rules once more, written to be compared with: over the whole input, byte by byte, with no care for speed; no deflate.</summary>
internal sealed class ReferenceParser
{
    private readonly int _limit;
    private readonly List<string> _lines = [];
    private List<byte>? _message;
    private bool _isText;

    private ReferenceParser(int limit)
    {
        _limit = limit;
    }

    public static List<string> Run(byte[] input, int limit)
    {
        var parser = new ReferenceParser(limit);
        var at = 0;

        while (parser.TryReadFrame(input, ref at))
        {
        }

        return parser._lines;
    }

    private bool TryReadFrame(byte[] input, ref int at)
    {
        var left = input.AsSpan(at);

        if (left.Length < 2)
            return false;

        var opcode = left[0] & 15;
        var isFinal = left[0] >= 128;
        var isControl = opcode >= 8;
        long length = left[1] & 127;

        if ((left[0] & 0x70) != 0 || opcode is not (0 or 1 or 2 or 8 or 9 or 10) || left[1] < 128 || (isControl && (!isFinal || length > 125)))
            return Fail(1002);

        var header = length == 127 ? 10 : length == 126 ? 4 : 2;

        if (left.Length < header)
            return false;

        if (header == 4 && (length = BinaryPrimitives.ReadUInt16BigEndian(left[2..])) < 126)
            return Fail(1002);

        if (header == 10 && (length = BinaryPrimitives.ReadInt64BigEndian(left[2..])) < 65_536)
            return Fail(1002);

        if (left.Length < header + 4)
            return false;

        if (!isControl && (opcode == 0) != _message is not null)
            return Fail(1002);

        if (!isControl && (_message?.Count ?? 0) + length > _limit)
            return Fail(1009);

        var payload = new List<byte>();

        for (var index = 0; index < length && header + 4 + index < left.Length; index++)
            payload.Add((byte)(left[header + 4 + index] ^ left[header + (index % 4)]));

        at += header + 4 + payload.Count;
        return isControl ? TakeControl(opcode, payload, payload.Count == length) : TakeData(opcode, payload, isFinal && payload.Count == length);
    }

    private bool TakeData(int opcode, List<byte> payload, bool isComplete)
    {
        _isText = opcode == 0 ? _isText : opcode == 1;
        _message = [.. _message ?? [], .. payload];

        if (_isText && !IsUtf8([.. _message], isComplete))
            return Fail(1007);

        if (isComplete)
        {
            _lines.Add(_isText ? "text " + Encoding.UTF8.GetString([.. _message]) : "binary " + Convert.ToHexStringLower([.. _message]));
            _message = null;
        }

        return true;
    }

    private bool TakeControl(int opcode, List<byte> payload, bool isComplete)
    {
        byte[] bytes = [.. payload];

        if (!isComplete)
            return false;

        if (opcode != 8)
        {
            _lines.Add((opcode == 9 ? "ping " : "pong ") + Convert.ToHexStringLower(bytes));
            return true;
        }

        if (bytes.Length == 0)
        {
            _lines.Add("close 1005 ");
            return false;
        }

        var code = bytes.Length == 1 ? 0 : (bytes[0] * 256) + bytes[1];

        if (code is < 1000 or 1004 or 1005 or 1006 or (>= 1015 and <= 2999) or >= 5000)
            return Fail(1002);

        if (!IsUtf8(bytes[2..], true))
            return Fail(1007);

        _lines.Add($"close {code} {Encoding.UTF8.GetString(bytes[2..])}");
        return false;
    }

    private bool Fail(int code)
    {
        _lines.Add($"error {code}");
        return false;
    }

    private static bool IsUtf8(byte[] bytes, bool isComplete)
    {
        try
        {
            new UTF8Encoding(false, throwOnInvalidBytes: true).GetDecoder().GetCharCount(bytes, 0, bytes.Length, isComplete);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }
}
