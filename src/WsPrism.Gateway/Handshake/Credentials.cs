using WsPrism.Core.Sessions.Resume;
using WsPrism.Core.Tickets;

namespace WsPrism.Gateway.Handshake;

/// <summary>Whom a client says it is: a tenant and a ticket that are well-formed. And what session it wants back, as it says it.</summary>
internal readonly struct Credentials
{
    private Credentials(string tenant, string ticket, ResumeRequest? resume)
    {
        Tenant = tenant;
        Ticket = ticket;
        Resume = resume;
    }

    public string Tenant { get; }

    /// <summary>A secret: never to be logged.</summary>
    public string Ticket { get; }

    /// <summary>Null where it wants a new session. Nothing is checked of it: a client that has mislaid its token is to get in.</summary>
    public ResumeRequest? Resume { get; }

    /// <summary>False where tenant or ticket is not well-formed.</summary>
    public static bool TryCreate(string tenant, string ticket, string? resumeToken, string? position, out Credentials credentials)
    {
        credentials = new Credentials(tenant, ticket, resumeToken is null ? null : new ResumeRequest(resumeToken, position));
        return IsTenantId(tenant) && ticket.Length is > 0 and <= JwsVerifier.MaxLength && !ticket.Any(c => c is <= ' ' or > '~');
    }

    private static bool IsTenantId(string text) =>
        text.Length is >= 1 and <= 64 && text[0] is not ('_' or '-') && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '_' or '-');
}
