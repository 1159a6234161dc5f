using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace WsPrism.Protocol.Ext;

/// <summary>What a JSON value is, as far as an envelope cares.</summary>
internal enum JsonKind : byte
{
    String,
    Number,
    Literal,
    Container
}

/// <summary>
/// Finds where JSON values end (RFC 8259), strictly: no comments, no trailing commas. Positions go in and come out, so that they stay in registers, and broken
/// text is a number too: nothing is thrown, nothing allocated, and a value that nobody looks into is passed over without being handed out token by token.
/// The text must be valid UTF-8.
/// </summary>
internal static class JsonSyntax
{
    /// <summary>The answer for broken text.</summary>
    public const int Broken = -1;

    /// <summary>The deepest nesting of one value; what is deeper counts as broken.</summary>
    public const int MaxLevels = 1_023;

    /// <summary>The byte at a position, or 0, which means nothing in JSON, at the end and behind it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte At(ReadOnlySpan<byte> json, int at) => (uint)at < (uint)json.Length ? json[at] : (byte)0;

    /// <summary>The position of the next byte that is no white space.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int SkipSpace(ReadOnlySpan<byte> json, int at)
    {
        while (At(json, at) is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
            at++;

        return at;
    }

    /// <summary>Passes over a string, the colon behind it and the space around the colon.</summary>
    public static int SkipName(ReadOnlySpan<byte> json, int at, out int end, out bool isEscaped)
    {
        end = SkipString(json, at, out isEscaped);
        if (end < 0)
            return Broken;

        at = SkipSpace(json, end);
        return At(json, at) == ':' ? SkipSpace(json, at + 1) : Broken;
    }

    /// <summary>
    /// Passes over the value that begins here. <paramref name="levels"/> is how deep a container is nested, 1 for <c>[]</c>.
    /// </summary>
    public static int SkipValue(ReadOnlySpan<byte> json, int at, out JsonKind kind, out bool isEscaped, out int levels)
    {
        levels = 0;
        isEscaped = false;
        switch (At(json, at))
        {
            case (byte)'"':
                kind = JsonKind.String;
                return SkipString(json, at, out isEscaped);
            case (byte)'{' or (byte)'[':
                kind = JsonKind.Container;
                return SkipContainer(json, at, out levels);
            case (byte)'-' or (>= (byte)'0' and <= (byte)'9'):
                kind = JsonKind.Number;
                return SkipNumber(json, at);
            default:
                kind = JsonKind.Literal;
                return SkipLiteral(json, at);
        }
    }

    private static int SkipContainer(ReadOnlySpan<byte> json, int at, out int levels)
    {
        // One bit a level: is it an object?
        Span<ulong> objects = stackalloc ulong[(MaxLevels / 64) + 1];
        var depth = 0;
        levels = 0;
        while (true)
        {
            var next = At(json, at);
            if (next is (byte)'{' or (byte)'[')
            {
                if (depth == MaxLevels)
                    return Broken;

                depth++;
                levels = Math.Max(levels, depth);
                SetObject(objects, depth, next == '{');
                at = SkipSpace(json, at + 1);

                // ']' and '}' stand two places behind their opening bracket in ASCII.
                if (At(json, at) != next + 2)
                {
                    if (next == '{' && (at = SkipName(json, at, out _, out _)) < 0)
                        return Broken;

                    continue;
                }

                depth--;
                at++;
            }
            else
            {
                at = next == '"' ? SkipString(json, at, out _)
                    : next <= '9' ? SkipNumber(json, at)
                    : SkipLiteral(json, at);
                if (at < 0)
                    return Broken;
            }

            // A value has ended, and with it perhaps what is around it.
            while (true)
            {
                if (depth == 0)
                    return at;

                at = SkipSpace(json, at);
                var isObject = IsObject(objects, depth);
                next = At(json, at);
                if (next == ',')
                {
                    at = SkipSpace(json, at + 1);
                    if (isObject && (at = SkipName(json, at, out _, out _)) < 0)
                        return Broken;

                    break;
                }

                if (next != (isObject ? '}' : ']'))
                    return Broken;

                at++;
                depth--;
            }
        }
    }

    private static bool IsObject(ReadOnlySpan<ulong> objects, int depth) => (objects[depth >> 6] & (1UL << depth)) != 0;

    private static void SetObject(Span<ulong> objects, int depth, bool isObject)
    {
        ref var bits = ref objects[depth >> 6];
        bits = isObject ? bits | (1UL << depth) : bits & ~(1UL << depth);
    }

    private static int SkipString(ReadOnlySpan<byte> json, int at, out bool isEscaped)
    {
        isEscaped = false;
        if (At(json, at) != '"')
            return Broken;

        at++;
        while (true)
        {
            at = FindStringEnd(json, at);
            var end = At(json, at);
            if (end == '"')
                return at + 1;

            // A control character or the end of the text.
            if (end != '\\')
                return Broken;

            isEscaped = true;
            at = SkipEscape(json, at);
            if (at < 0)
                return Broken;
        }
    }

    // The next quote, backslash or control character. Most strings of an envelope end within sixteen bytes: one comparison.
    private static int FindStringEnd(ReadOnlySpan<byte> json, int at)
    {
        while (at <= json.Length - Vector128<byte>.Count)
        {
            var bytes = Vector128.Create(json.Slice(at, Vector128<byte>.Count));
            var ends = Vector128.Equals(bytes, Vector128.Create((byte)'"'))
                | Vector128.Equals(bytes, Vector128.Create((byte)'\\'))
                | Vector128.LessThan(bytes, Vector128.Create((byte)' '));
            var found = ends.ExtractMostSignificantBits();
            if (found != 0)
                return at + int.TrailingZeroCount((int)found);

            at += Vector128<byte>.Count;
        }

        while (At(json, at) is not ((byte)'"' or (byte)'\\' or < (byte)' '))
            at++;

        return at;
    }

    private static int SkipEscape(ReadOnlySpan<byte> json, int at)
    {
        switch (At(json, at + 1))
        {
            case (byte)'"' or (byte)'\\' or (byte)'/' or (byte)'b' or (byte)'f' or (byte)'n' or (byte)'r' or (byte)'t':
                return at + 2;
            case (byte)'u':
                for (var i = at + 2; i < at + 6; i++)
                {
                    if (!char.IsAsciiHexDigit((char)At(json, i)))
                        return Broken;
                }

                return at + 6;
            default:
                return Broken;
        }
    }

    // -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?   What stands behind it is judged by whoever reads on.
    private static int SkipNumber(ReadOnlySpan<byte> json, int at)
    {
        if (At(json, at) == '-')
            at++;

        at = At(json, at) == '0' ? at + 1 : SkipDigits(json, at);
        if (at >= 0 && At(json, at) == '.')
            at = SkipDigits(json, at + 1);

        if (at < 0 || At(json, at) is not ((byte)'e' or (byte)'E'))
            return at;

        at++;
        return SkipDigits(json, At(json, at) is (byte)'+' or (byte)'-' ? at + 1 : at);
    }

    private static int SkipDigits(ReadOnlySpan<byte> json, int at)
    {
        var start = at;
        while (char.IsAsciiDigit((char)At(json, at)))
            at++;

        return at > start ? at : Broken;
    }

    private static int SkipLiteral(ReadOnlySpan<byte> json, int at)
    {
        var rest = at < json.Length ? json[at..] : default;
        return rest.StartsWith("true"u8) || rest.StartsWith("null"u8) ? at + 4
            : rest.StartsWith("false"u8) ? at + 5
            : Broken;
    }
}
