using System.Text;
using WsPrism.Core.Configuration;
using WsPrism.Core.Sessions;

namespace WsPrism.Core.Tickets;

/// <summary>Tickets that are JWTs (RFC 7519), of one tenant: a good signature first, then the claims. Immutable, safe for all threads.</summary>
internal sealed class JwtTickets
{
    private const int MaxRoles = 64;
    private const int MaxRoleBytes = 64;
    private const int MaxTicketIdBytes = 128;

    private readonly JwtConfig _config;
    private readonly JwsVerifier _verifier;

    public JwtTickets(JwtConfig config)
    {
        _config = config;
        _verifier = new JwsVerifier(config.Keys.Select(JwsKeys.Create));
    }

    public Identity? Authenticate(string ticket, long unixTimeMs, out TicketFailure failure)
    {
        failure = _verifier.Verify(ticket, out var payload);
        if (failure != TicketFailure.None)
        {
            return null;
        }

        if (JsonMembers.Parse(payload) is not { } claims)
        {
            failure = TicketFailure.Malformed;
            return null;
        }

        failure = Check(claims, unixTimeMs, out var expiresAtMs);
        if (failure != TicketFailure.None)
        {
            return null;
        }

        var identity = ToIdentity(claims, expiresAtMs);
        failure = identity is null ? TicketFailure.Claims : TicketFailure.None;
        return identity;
    }

    // Whether it may be used, here and now. Claims that are there must have their types even where nobody asks for them.
    private TicketFailure Check(JsonMembers claims, long nowMs, out long expiresAtMs)
    {
        expiresAtMs = 0;
        if (!claims.TryTime("exp", out var exp) || exp is null || !claims.TryTime("nbf", out var nbf) || !claims.TryTime("iat", out _)
            || !claims.TryText("iss", out var issuer) || !claims.TryTextOrTexts("aud", out var audience))
        {
            return TicketFailure.Claims;
        }

        // The clocks of issuer and gateway may differ by the skew: from here on this is the end, for the session too.
        expiresAtMs = exp.Value + _config.ClockSkewMs;
        return nowMs >= expiresAtMs ? TicketFailure.Expired
            : nbf > nowMs + _config.ClockSkewMs ? TicketFailure.NotYetValid
            : _config.Issuer.Length > 0 && issuer != _config.Issuer ? TicketFailure.Issuer
            : _config.Audience.Length > 0 && audience?.Contains(_config.Audience, StringComparer.Ordinal) != true ? TicketFailure.Audience
            : TicketFailure.None;
    }

    private Identity? ToIdentity(JsonMembers claims, long expiresAtMs)
    {
        if (!claims.TryText(_config.UserClaim, out var user) || user is null || !IsName(user, Identity.MaxUserBytes)
            || !claims.TryText("jti", out var ticketId) || (ticketId is not null && !IsName(ticketId, MaxTicketIdBytes))
            || !claims.TryTexts("roles", out var roles) || (roles is not null && (roles.Count > MaxRoles || !roles.All(role => IsName(role, MaxRoleBytes))))
            || !claims.TryTexts("rooms", out var rooms) || (rooms is not null && (rooms.Count > TicketRooms.MaxEntries || !rooms.All(IsRoomPattern))))
        {
            return null;
        }

        return new Identity(user)
        {
            ExpiresAtMs = expiresAtMs,
            TicketId = ticketId,
            Roles = roles ?? [],
            Rooms = rooms is null ? null : new TicketRooms(rooms),
        };
    }

    private static bool IsName(string text, int maxBytes) => text.Length > 0 && Encoding.UTF8.GetByteCount(text) <= maxBytes && !text.Any(char.IsControl);

    // As rooms[].match of the configuration: a star is at the end or nowhere.
    private static bool IsRoomPattern(string text) => IsName(text, TicketRooms.MaxBytes) && text.IndexOf('*') is var star && (star < 0 || star == text.Length - 1);
}
