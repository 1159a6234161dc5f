using System.Buffers;

namespace WsPrism.Transports.WebSockets;

/// <summary>
/// What a client offers in <c>Sec-WebSocket-Protocol</c>, RFC 6455 section 4.1: <c>wsprism.v1</c>, and perhaps the ticket as
/// <c>ticket.&lt;ticket&gt;</c>, where access logs do not see it. Other protocols are passed over.
/// </summary>
internal readonly struct SubProtocols
{
    /// <summary>The only protocol that is ever selected.</summary>
    public const string WsPrism = "wsprism.v1";

    private const string TicketPrefix = "ticket.";

    private static readonly SearchValues<char> Separators = SearchValues.Create("()<>@,;:\\\"/[]?={}");

    private SubProtocols(bool isWellFormed, bool offersWsPrism, string? ticket)
    {
        IsWellFormed = isWellFormed;
        OffersWsPrism = offersWsPrism;
        Ticket = ticket;
    }

    /// <summary>False for what is no list of tokens, for more than one ticket, and for an empty one; nothing else is set then.</summary>
    public bool IsWellFormed { get; }

    /// <summary>Answer with <see cref="WsPrism"/>.</summary>
    public bool OffersWsPrism { get; }

    /// <summary>The ticket; a secret. Null where none came this way.</summary>
    public string? Ticket { get; }

    /// <summary>Reads the header's value; several lines joined by a comma, an absent header as nothing.</summary>
    public static SubProtocols Parse(ReadOnlySpan<char> value)
    {
        var offersWsPrism = false;
        string? ticket = null;

        foreach (var element in value.Split(','))
        {
            var token = value[element].Trim(" \t");

            if (!IsTokenOrEmpty(token))
                return default;

            if (token is WsPrism)
            {
                offersWsPrism = true;
            }
            else if (token.StartsWith(TicketPrefix, StringComparison.Ordinal))
            {
                if (ticket is not null || token.Length == TicketPrefix.Length)
                    return default;

                ticket = token[TicketPrefix.Length..].ToString();
            }
        }

        return new SubProtocols(isWellFormed: true, offersWsPrism, ticket);
    }

    // Lists may have empty elements, RFC 9110 section 5.6.1.2.
    private static bool IsTokenOrEmpty(ReadOnlySpan<char> text)
    {
        return !text.ContainsAnyExceptInRange('!', '~') && !text.ContainsAny(Separators);
    }
}
