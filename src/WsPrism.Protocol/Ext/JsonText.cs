using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace WsPrism.Protocol.Ext;

/// <summary>Escapes in short JSON strings, both ways, without exceptions or allocations.</summary>
internal static class JsonText
{
    private static readonly SearchValues<byte> Escaped = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(i => (byte)i), (byte)'"', (byte)'\\']);

    /// <summary>
    /// Resolves the escapes of <paramref name="raw"/>, the inside of a JSON string. False where a surrogate is alone, the
    /// text does not fit, or an escape is none.
    /// </summary>
    public static bool TryUnescape(ReadOnlySpan<byte> raw, Span<byte> destination, out int written)
    {
        written = 0;
        while (true)
        {
            var plain = raw.IndexOf((byte)'\\');
            var run = plain < 0 ? raw : raw[..plain];
            if (!run.TryCopyTo(destination[written..]))
                return false;

            written += run.Length;
            if (plain < 0)
                return true;

            raw = raw[plain..];
            if (!TryReadEscape(raw, out var rune, out var consumed)
                || !rune.TryEncodeToUtf8(destination[written..], out var bytes))
                return false;

            written += bytes;
            raw = raw[consumed..];
        }
    }

    // raw starts at the backslash:  \n   \u0041   \ud83d\ude00
    private static bool TryReadEscape(ReadOnlySpan<byte> raw, out Rune rune, out int consumed)
    {
        rune = default;
        consumed = 2;
        if (raw.Length < 2)
            return false;

        if (raw[1] != 'u')
            return TryReadShortEscape(raw[1], out rune);

        consumed = 6;
        if (!TryReadUnit(raw, out var unit))
            return false;

        if (Rune.TryCreate(unit, out rune))
            return true;

        consumed = 12;
        return TryReadUnit(raw[6..], out var low) && Rune.TryCreate(unit, low, out rune);
    }

    private static bool TryReadShortEscape(byte letter, out Rune rune)
    {
        var value = letter switch
        {
            (byte)'"' or (byte)'\\' or (byte)'/' => (char)letter,
            (byte)'b' => '\b',
            (byte)'f' => '\f',
            (byte)'n' => '\n',
            (byte)'r' => '\r',
            (byte)'t' => '\t',
            _ => '\0'
        };
        rune = new Rune(value);
        return value != '\0';
    }

    private static bool TryReadUnit(ReadOnlySpan<byte> raw, out char unit)
    {
        unit = default;
        if (raw.Length < 6 || raw[0] != '\\' || raw[1] != 'u')
            return false;

        if (!Utf8Parser.TryParse(raw.Slice(2, 4), out ushort value, out var digits, 'x') || digits != 4)
            return false;

        unit = (char)value;
        return true;
    }

    /// <summary>The most bytes that <see cref="Escape"/> writes for <paramref name="text"/>.</summary>
    public static int GetMaxEscapedLength(ReadOnlySpan<byte> text) =>
        text.IndexOfAny(Escaped) < 0 ? text.Length : checked(text.Length * 6);

    /// <summary>Writes <paramref name="text"/> with quotes, backslashes and C0 controls escaped; answers the rest of the destination.</summary>
    public static Span<byte> Escape(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        while (true)
        {
            var plain = text.IndexOfAny(Escaped);
            var run = plain < 0 ? text : text[..plain];
            run.CopyTo(destination);
            destination = destination[run.Length..];
            if (plain < 0)
                return destination;

            destination = EscapeByte(text[plain], destination);
            text = text[(plain + 1)..];
        }
    }

    private static Span<byte> EscapeByte(byte value, Span<byte> destination)
    {
        destination[0] = (byte)'\\';
        var letter = value switch
        {
            (byte)'"' or (byte)'\\' => (char)value,
            (byte)'\b' => 'b',
            (byte)'\f' => 'f',
            (byte)'\n' => 'n',
            (byte)'\r' => 'r',
            (byte)'\t' => 't',
            _ => 'u'
        };
        destination[1] = (byte)letter;
        if (letter != 'u')
            return destination[2..];

        "00"u8.CopyTo(destination[2..]);
        destination[4] = (byte)(value < 0x10 ? '0' : '1');
        destination[5] = "0123456789abcdef"u8[value & 0xF];
        return destination[6..];
    }
}
