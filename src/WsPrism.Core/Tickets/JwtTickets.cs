using WsPrism.Core.Configuration;
using WsPrism.Core.Sessions;

namespace WsPrism.Core.Tickets;

/// <summary>Tickets that are JWTs (RFC 7519), of one tenant: a good signature first, then the claims. Immutable, safe for all threads.</summary>
internal sealed class JwtTickets
{
    private readonly JwtConfig _config;
    private readonly JwsVerifier _verifier;

    /// <param name="config">Keys and what is asked of claims.</param>
    /// <param name="published">Further keys, which the issuer publishes; null for none.</param>
    public JwtTickets(JwtConfig config, IPublishedKeys? published = null)
    {
        _config = config;
        _verifier = new JwsVerifier(config.Keys.Select(JwsKeys.Create), published);
    }

    public TicketVerdict Authenticate(string ticket, long unixTimeMs)
    {
        var failure = _verifier.Verify(ticket, out var payload);
        if (failure != TicketFailure.None)
        {
            return failure;
        }

        if (JsonMembers.Parse(payload) is not { } claims)
        {
            return TicketFailure.Malformed;
        }

        failure = Check(claims, unixTimeMs, out var expiresAtMs, out var issuedAtMs);
        if (failure != TicketFailure.None)
        {
            return failure;
        }

        return ToIdentity(claims, expiresAtMs, issuedAtMs) is { } identity ? identity : TicketFailure.Claims;
    }

    // Whether it may be used, here and now. Claims that are there must have their types even where nobody asks for them.
    private TicketFailure Check(JsonMembers claims, long nowMs, out long expiresAtMs, out long? issuedAtMs)
    {
        (expiresAtMs, issuedAtMs) = (0, null);
        if (!claims.TryTime("exp", out var exp) || exp is null || !claims.TryTime("nbf", out var nbf) || !claims.TryTime("iat", out issuedAtMs)
            || !claims.TryText("iss", out var issuer) || !claims.TryTextOrTexts("aud", out var audience))
        {
            return TicketFailure.Claims;
        }

        // The clocks of issuer and gateway may differ by the skew: from here on this is the end, for the session too.
        expiresAtMs = exp.Value + _config.ClockSkewMs;
        return nowMs >= expiresAtMs ? TicketFailure.Expired
            : nbf > nowMs + _config.ClockSkewMs ? TicketFailure.NotYetValid
            : _config.MaxTtlMs > 0 && !(exp - issuedAtMs <= _config.MaxTtlMs && issuedAtMs <= nowMs + _config.ClockSkewMs) ? TicketFailure.Lifetime
            : _config.Issuer.Length > 0 && issuer != _config.Issuer ? TicketFailure.Issuer
            : _config.Audience.Length > 0 && audience?.Contains(_config.Audience, StringComparer.Ordinal) != true ? TicketFailure.Audience
            : TicketFailure.None;
    }

    private Identity? ToIdentity(JsonMembers claims, long expiresAtMs, long? issuedAtMs)
    {
        if (!claims.TryText(_config.UserClaim, out var user) || user is null || !TicketNames.IsName(user, Identity.MaxUserBytes)
            || !claims.TryText("jti", out var ticketId) || (ticketId is not null && !TicketNames.IsName(ticketId, TicketNames.MaxTicketIdBytes))
            || !claims.TryTexts("roles", out var roles) || !TicketNames.AreRoles(roles)
            || !claims.TryTexts("rooms", out var rooms) || !TicketNames.AreRooms(rooms)
            || !SessionLimits.TryRead(claims, out var limits))
        {
            return null;
        }

        return new Identity(user)
        {
            ExpiresAtMs = expiresAtMs,
            IssuedAtMs = issuedAtMs,
            TicketId = ticketId,
            Roles = roles ?? [],
            Rooms = rooms is null ? null : new TicketRooms(rooms),
            Limits = limits,
        };
    }
}
