using System.Text;
using System.Text.Unicode;

namespace WsPrism.Gateway.Admin.Api;

/// <summary>
/// Takes a request's target apart as it was sent. The server's decoded path would do for most names, but it does not tell <c>%2F</c> in a room's name from a
/// <c>/</c> between segments, and takes dot segments away.
/// </summary>
internal static class ApiPath
{
    /// <summary>The segments, each decoded; null where an escape is none or the bytes are not UTF-8.</summary>
    public static string[]? Split(string target)
    {
        var path = target.Split('?', 2)[0];
        var segments = path[1..].Split('/');
        for (var i = 0; i < segments.Length; i++)
        {
            if (Decode(segments[i]) is not { } decoded)
            {
                return null;
            }

            segments[i] = decoded;
        }

        return segments;
    }

    private static string? Decode(string segment)
    {
        if (!segment.Contains('%', StringComparison.Ordinal))
        {
            return Ascii.IsValid(segment) ? segment : null;
        }

        var bytes = new byte[segment.Length];
        var length = 0;
        for (var i = 0; i < segment.Length; i++)
        {
            if (segment[i] != '%')
            {
                bytes[length++] = (byte)segment[i];
            }
            else if (i + 2 < segment.Length && char.IsAsciiHexDigit(segment[i + 1]) && char.IsAsciiHexDigit(segment[i + 2]))
            {
                bytes[length++] = Convert.FromHexString(segment.AsSpan(i + 1, 2))[0];
                i += 2;
            }
            else
            {
                return null;
            }
        }

        return Ascii.IsValid(segment) && Utf8.IsValid(bytes.AsSpan(0, length)) ? Encoding.UTF8.GetString(bytes, 0, length) : null;
    }
}
