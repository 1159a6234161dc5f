using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace WsPrism.Transports.WebSockets;

/// <summary>Checks a growing text without reading any of it twice; RFC 6455 section 8.1 wants the connection failed on invalid UTF-8.</summary>
internal static class IncrementalUtf8
{
    // The longest sequence has four bytes, so what is cut off at the end has three at most.
    private const int MaxCut = 3;

    /// <summary>
    /// Continues behind <paramref name="validated"/> bytes known to be good, and moves that mark up to the last whole character. False as
    /// soon as no continuation can make the text valid; a text is complete and valid when the mark reaches its end.
    /// </summary>
    public static bool TryAdvance(ReadOnlySpan<byte> text, ref int validated)
    {
        var added = text[validated..];
        var whole = added[..^CountCutBytes(added)];

        if (!Utf8.IsValid(whole))
            return false;

        validated += whole.Length;
        return true;
    }

    private static int CountCutBytes(ReadOnlySpan<byte> text)
    {
        for (var count = 1; count <= Math.Min(MaxCut, text.Length); count++)
        {
            var isLead = text[^count] >= 0xC0;

            // NeedMoreData is said of proper beginnings only: E0 80 or F4 90 are invalid at once.
            if (isLead)
                return Rune.DecodeFromUtf8(text[^count..], out _, out _) == OperationStatus.NeedMoreData ? count : 0;
        }

        return 0;
    }
}
