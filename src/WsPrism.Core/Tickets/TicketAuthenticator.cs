using WsPrism.Core.Configuration;
using WsPrism.Core.Sessions;
using WsPrism.Core.Tenants;

namespace WsPrism.Core.Tickets;

/// <summary>
/// Whom a ticket speaks for, by all the ways that a tenant's <c>auth</c> allows, one after the other: fixed tickets, then JWT. Part of the tenant's snapshot:
/// immutable, safe for all threads.
/// </summary>
internal sealed class TicketAuthenticator
{
    private readonly DevTickets _devTickets;
    private readonly JwtTickets? _jwt;

    public TicketAuthenticator(AuthConfig config)
    {
        _devTickets = new DevTickets(config.DevTickets);
        _jwt = config.Jwt is null ? null : new JwtTickets(config.Jwt);
    }

    /// <summary>The identity; null where the ticket is refused, and <paramref name="failure"/> says why.</summary>
    public Identity? Authenticate(string ticket, long unixTimeMs, out TicketFailure failure)
    {
        if (ticket.Length > JwsVerifier.MaxLength)
        {
            // A refresh may carry as much as an envelope may be long.
            failure = TicketFailure.Malformed;
            return null;
        }

        failure = TicketFailure.None;
        if (_devTickets.Authenticate(ticket) is { } identity)
        {
            return identity;
        }

        if (_jwt is not null)
        {
            return _jwt.Authenticate(ticket, unixTimeMs, out failure);
        }

        failure = TicketFailure.Unknown;
        return null;
    }
}
