using WsPrism.Core.Configuration;
using WsPrism.Core.Tenants;

namespace WsPrism.Core.Tickets;

/// <summary>
/// Whom a ticket speaks for, by all the ways that a tenant's <c>auth</c> allows, one after the other: fixed tickets, JWT, the backend. Part of the tenant's
/// snapshot: immutable, safe for all threads. Most tickets are decided on at once; for others somebody outside is asked.
/// </summary>
internal sealed class TicketAuthenticator
{
    private readonly DevTickets _devTickets;
    private readonly JwtTickets? _jwt;

    public TicketAuthenticator(AuthConfig config, IPublishedKeys? keys = null, ITicketJudge? judge = null)
    {
        _devTickets = new DevTickets(config.DevTickets);
        Keys = keys;
        Judge = judge;
        _jwt = config.Jwt is null ? null : new JwtTickets(config.Jwt, keys);
    }

    /// <summary>The keys that the issuer publishes; null where it publishes none.</summary>
    public IPublishedKeys? Keys { get; }

    /// <summary>Who decides on what nobody else knows; null for nobody.</summary>
    public ITicketJudge? Judge { get; }

    /// <summary>Decides by what is known here; false where somebody outside has to be asked.</summary>
    public bool TryAuthenticate(string ticket, long unixTimeMs, out TicketVerdict verdict)
    {
        if (ticket.Length > JwsVerifier.MaxLength)
        {
            // A refresh may carry as much as an envelope may be long.
            verdict = TicketFailure.Malformed;
            return true;
        }

        if (_devTickets.Authenticate(ticket) is { } identity)
        {
            verdict = identity;
            return true;
        }

        if (OneTimeTickets.IsOne(ticket))
        {
            // Ours, and those that are good are known already: nobody else is told of it.
            verdict = TicketFailure.OneTime;
            return true;
        }

        if (IsForJwt(ticket))
        {
            verdict = _jwt!.Authenticate(ticket, unixTimeMs);
            return verdict.Failure is not (TicketFailure.UnknownKey or TicketFailure.Unavailable) || Keys is not { MayHaveMore: true };
        }

        verdict = TicketFailure.Unknown;
        return Judge is null;
    }

    /// <summary>Decides on what <see cref="TryAuthenticate"/> could not.</summary>
    public async Task<TicketVerdict> AuthenticateAsync(string ticket, TicketBearer bearer, TimeProvider time, CancellationToken cancellation)
    {
        if (!IsForJwt(ticket))
        {
            // A reload may have come in between, and there is nobody to be asked any more.
            return Judge is null ? TicketFailure.Unknown : await Judge.JudgeAsync(ticket, bearer, cancellation).ConfigureAwait(false);
        }

        if (Keys is not null)
        {
            await Keys.AskAsync(cancellation).ConfigureAwait(false);
        }

        return _jwt!.Authenticate(ticket, time.GetUtcNow().ToUnixTimeMilliseconds());
    }

    // Where nobody else takes tickets, JWT gives the reason for all that are wrong.
    private bool IsForJwt(string ticket) => _jwt is not null && (Judge is null || JwsVerifier.LooksLikeOne(ticket));
}
