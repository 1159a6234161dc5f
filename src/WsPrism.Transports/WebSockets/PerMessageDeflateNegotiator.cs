namespace WsPrism.Transports.WebSockets;

/// <summary>
/// Answers the offers of <c>Sec-WebSocket-Extensions</c>, RFC 7692 sections 5 and 7.1. A client lists them in the order of its preference;
/// the first that can be honoured is taken, always without context takeover in both directions.
/// </summary>
internal static class PerMessageDeflateNegotiator
{
    private const string Name = "permessage-deflate";
    private const string Answer = Name + "; server_no_context_takeover; client_no_context_takeover";

    // An offer that names the server's window is accepted by naming it too (section 7.1.2.1).
    private const string AnswerWithWindow = Answer + "; server_max_window_bits=15";

    private const int MinWindowBits = 8;
    private const int MaxWindowBits = 15;

    [Flags]
    private enum Seen
    {
        None = 0,
        ServerNoTakeover = 1,
        ClientNoTakeover = 2,
        ServerWindow = 4,
        ClientWindow = 8,
    }

    /// <summary>The header to answer with; false where no offer fits, and messages are not compressed then.</summary>
    public static bool TryNegotiate(ReadOnlySpan<char> offers, out string answer)
    {
        while (!offers.IsEmpty)
        {
            var offer = TakeUntil(ref offers, ',');

            if (TryAccept(offer, out answer))
                return true;
        }

        answer = "";
        return false;
    }

    private static bool TryAccept(ReadOnlySpan<char> offer, out string answer)
    {
        var seen = Seen.None;

        answer = "";

        if (!TakeUntil(ref offer, ';').Equals(Name, StringComparison.OrdinalIgnoreCase))
            return false;

        while (!offer.IsEmpty)
        {
            var parameter = TakeUntil(ref offer, ';');
            var found = Recognise(parameter);

            if (found == Seen.None || (seen & found) != 0)
                return false;

            seen |= found;
        }

        answer = seen.HasFlag(Seen.ServerWindow) ? AnswerWithWindow : Answer;
        return true;
    }

    // None for what is unknown, has a wrong value, or asks for what we cannot do.
    private static Seen Recognise(ReadOnlySpan<char> parameter)
    {
        var equals = parameter.IndexOf('=');
        var name = (equals < 0 ? parameter : parameter[..equals]).Trim();
        var hasValue = equals >= 0;
        var value = hasValue ? Unquote(parameter[(equals + 1)..].Trim()) : default;

        if (name.Equals("server_no_context_takeover", StringComparison.OrdinalIgnoreCase))
            return hasValue ? Seen.None : Seen.ServerNoTakeover;

        if (name.Equals("client_no_context_takeover", StringComparison.OrdinalIgnoreCase))
            return hasValue ? Seen.None : Seen.ClientNoTakeover;

        // Our compressor has the full window only, so a smaller one cannot be promised.
        if (name.Equals("server_max_window_bits", StringComparison.OrdinalIgnoreCase))
            return hasValue && IsWindowBits(value, MaxWindowBits) ? Seen.ServerWindow : Seen.None;

        if (name.Equals("client_max_window_bits", StringComparison.OrdinalIgnoreCase))
            return !hasValue || IsWindowBits(value, MinWindowBits) ? Seen.ClientWindow : Seen.None;

        return Seen.None;
    }

    private static bool IsWindowBits(ReadOnlySpan<char> value, int minimum)
    {
        // Decimal digits without a leading zero (section 7.1.2).
        var bits = value switch
        {
            [>= '1' and <= '9' and var ones] => ones - '0',
            ['1', >= '0' and <= '9' and var ones] => 10 + ones - '0',
            _ => 0,
        };

        return bits >= minimum && bits <= MaxWindowBits;
    }

    private static ReadOnlySpan<char> Unquote(ReadOnlySpan<char> value)
    {
        return value is ['"', .. var inner, '"'] ? inner : value;
    }

    /// <summary>Takes what stands before the separator, trimmed; a separator inside of a quoted string is none.</summary>
    private static ReadOnlySpan<char> TakeUntil(ref ReadOnlySpan<char> rest, char separator)
    {
        var isQuoted = false;
        var end = 0;

        for (; end < rest.Length && (isQuoted || rest[end] != separator); end++)
        {
            if (rest[end] == '"')
                isQuoted = !isQuoted;
            else if (isQuoted && rest[end] == '\\')
                end++;
        }

        end = Math.Min(end, rest.Length);

        var taken = rest[..end].Trim();

        rest = end < rest.Length ? rest[(end + 1)..] : default;
        return taken;
    }
}
