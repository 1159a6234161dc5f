using System.Buffers;
using System.Buffers.Text;

namespace WsPrism.Core.Tickets;

/// <summary>
/// Base64url as RFC 7515 §2 has it: no padding, no white space, and the bits of the last character that carry nothing are zero, so that each value has one
/// text alone. The platform's decoder is more lenient.
/// </summary>
internal static class StrictBase64Url
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    private static readonly SearchValues<char> Allowed = SearchValues.Create(Alphabet);

    /// <summary>The bytes; null where the text is anything else.</summary>
    public static byte[]? Decode(ReadOnlySpan<char> text)
    {
        var unusedBits = (text.Length % 4) switch
        {
            2 => 0b1111,
            3 => 0b0011,
            _ => 0,
        };
        if (text.Length % 4 == 1 || text.ContainsAnyExcept(Allowed)
            || (unusedBits != 0 && (Alphabet.IndexOf(text[^1], StringComparison.Ordinal) & unusedBits) != 0))
        {
            return null;
        }

        return Base64Url.DecodeFromChars(text);
    }
}
