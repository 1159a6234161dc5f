using System.Buffers.Text;
using System.Text.Json;

namespace WsPrism.Services;

/// <summary>Reads single fields of a message's <c>data</c> without building a document. The data is known to be well-formed JSON.</summary>
internal static class JsonFields
{
    /// <summary>True where the data is an object.</summary>
    public static bool IsObject(ReadOnlySpan<byte> data) => !data.IsEmpty && data[0] == (byte)'{';

    /// <summary>
    /// Finds a top-level field of an object; <paramref name="raw"/> is its value as it stands in the data. Of a repeated field the last counts, as in
    /// JavaScript.
    /// </summary>
    public static bool TryFind(ReadOnlySpan<byte> data, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> raw)
    {
        raw = default;
        if (!IsObject(data))
        {
            return false;
        }

        var reader = new Utf8JsonReader(data);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isWanted = IsNamed(reader, name);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (isWanted)
            {
                raw = data[start..(int)reader.BytesConsumed];
            }
        }

        return !raw.IsEmpty;
    }

    /// <summary>
    /// True where the property that the reader stands on has this name, which is printable ASCII without quotes and slashes. Unlike
    /// <see cref="Utf8JsonReader.ValueTextEquals(ReadOnlySpan{byte})"/> it does not throw on half of a surrogate pair.
    /// </summary>
    public static bool IsNamed(in Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        var rest = reader.ValueSpan;
        if (!reader.ValueIsEscaped)
        {
            return rest.SequenceEqual(name);
        }

        foreach (var wanted in name)
        {
            if (rest.StartsWith("\\u"u8))
            {
                if (!Utf8Parser.TryParse(rest.Slice(2, 4), out ushort unit, out _, 'x') || unit != wanted)
                {
                    return false;
                }

                rest = rest[6..];
            }
            else if (rest.IsEmpty || rest[0] != wanted)
            {
                return false;
            }
            else
            {
                rest = rest[1..];
            }
        }

        return rest.IsEmpty;
    }

    /// <summary>Finds a field that must be a string; <paramref name="raw"/> is the token with its quotes.</summary>
    public static bool TryFindString(ReadOnlySpan<byte> data, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> raw) =>
        TryFind(data, name, out raw) && raw[0] == (byte)'"';

    /// <summary>
    /// Unescapes a string token into <paramref name="destination"/>; false where it does not fit or holds half of a surrogate pair, which no name does.
    /// </summary>
    public static bool TryUnescape(ReadOnlySpan<byte> token, Span<byte> destination, out ReadOnlySpan<byte> value)
    {
        value = default;
        var content = token[1..^1];
        if (content.IndexOf((byte)'\\') < 0)
        {
            value = content;
            return true;
        }

        var reader = new Utf8JsonReader(token);
        reader.Read();
        if (content.Length > destination.Length)
        {
            return false;
        }

        try
        {
            value = destination[..reader.CopyString(destination)];
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>A boolean field, or what to take where it is absent; null where it is something else.</summary>
    public static bool? FindBoolean(ReadOnlySpan<byte> data, ReadOnlySpan<byte> name, bool absent) =>
        !TryFind(data, name, out var raw) ? absent
        : raw.SequenceEqual("true"u8) ? true
        : raw.SequenceEqual("false"u8) ? false
        : null;

    /// <summary>A number field from a minimum on, or what to take where it is absent; null where it is something else.</summary>
    public static double? FindNumber(ReadOnlySpan<byte> data, ReadOnlySpan<byte> name, double absent, double min) =>
        !TryFind(data, name, out var raw) ? absent
        : Utf8Parser.TryParse(raw, out double value, out var consumed) && consumed == raw.Length && double.IsFinite(value) && value >= min ? value
        : null;

    /// <summary>An integer field within a range, or what to take where it is absent; null where it is something else.</summary>
    public static int? FindInteger(ReadOnlySpan<byte> data, ReadOnlySpan<byte> name, int absent, int min, int max) =>
        !TryFind(data, name, out var raw) ? absent
        : Utf8Parser.TryParse(raw, out int value, out var consumed) && consumed == raw.Length && value >= min && value <= max ? value
        : null;
}
