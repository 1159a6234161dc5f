using WsPrism.Core.Tickets;

namespace WsPrism.Gateway.Handshake;

/// <summary>Whom a client says it is: a tenant and a ticket that are well-formed.</summary>
internal readonly struct Credentials
{
    private Credentials(string tenant, string ticket)
    {
        Tenant = tenant;
        Ticket = ticket;
    }

    public string Tenant { get; }

    /// <summary>A secret: never to be logged.</summary>
    public string Ticket { get; }

    /// <summary>False where either is not well-formed.</summary>
    public static bool TryCreate(string tenant, string ticket, out Credentials credentials)
    {
        credentials = new Credentials(tenant, ticket);
        return IsTenantId(tenant) && ticket.Length is > 0 and <= JwsVerifier.MaxLength && !ticket.Any(c => c is <= ' ' or > '~');
    }

    private static bool IsTenantId(string text) =>
        text.Length is >= 1 and <= 64 && text[0] is not ('_' or '-') && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '_' or '-');
}
