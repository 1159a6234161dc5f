using System.Text.Json;
using WsPrism.Core.ServerApi;
using WsPrism.Core.Tenants;
using WsPrism.Core.Tickets;
using WsPrism.Protocol;

namespace WsPrism.Gateway.Admin.Api;

/// <summary>One-time tickets and revocations.</summary>
internal sealed class TicketCalls(TimeProvider time)
{
    // The longest list of rooms that a ticket may have, escaped or not.
    private const int MaxMintBytes = 65_536;

    // An issuer's clock may be ahead of ours by as much as the largest skew.
    private const long MaxAheadMs = 600_000;

    private static readonly string[] Targets = ["user", "session", "ticket_id", "issued_before_ms"];

    public static async Task MintAsync(ApiRequest request)
    {
        request.AllowQuery();
        var fields = ApiJson.Fields(await request.ReadJsonAsync(MaxMintBytes), string.Empty, "user", "ttl_ms", "roles", "rooms", "limits");
        var user = ApiNames.User(ApiJson.Text(ApiJson.Required(fields, string.Empty, "user"), "user"));
        var ttlMs = fields.TryGetValue("ttl_ms", out var ttl)
            ? (int)Integer(ttl, "ttl_ms", 1, OneTimeTickets.MaxTtlMs)
            : request.Tenant.Snapshot.Config.Auth.OneTime.TtlMs;
        var roles = fields.TryGetValue("roles", out var roleList) ? Texts(roleList, "roles") : [];
        if (!TicketNames.AreRoles(roles))
        {
            throw ApiJson.Wrong("roles", $"must be at most {TicketNames.MaxRoles} names of 1 to {TicketNames.MaxRoleBytes} bytes without control characters");
        }

        var rooms = fields.TryGetValue("rooms", out var roomList) ? Texts(roomList, "rooms") : null;
        if (!TicketNames.AreRooms(rooms))
        {
            throw ApiJson.Wrong(
                "rooms", $"must be at most {TicketRooms.MaxEntries} names of 1 to {TicketRooms.MaxBytes} bytes without control characters, with * only at the end");
        }

        var limits = fields.TryGetValue("limits", out var limitFields) ? Limits(limitFields) : null;
        if (request.Tenant.OneTime.Mint(user, ttlMs, roles, rooms, limits, out var expiresAtMs) is not { } ticket)
        {
            throw new ApiException(new ApiProblem(
                StatusCodes.Status503ServiceUnavailable, ErrorCode.ResourceExhausted, $"{OneTimeTickets.MaxTickets} one-time tickets wait to be spent, or their rooms take too much.")
            {
                RetryAfter = 1,
            });
        }

        await request.AnswerAsync(json =>
        {
            json.WriteStartObject();
            json.WriteString("ticket"u8, ticket);
            json.WriteNumber("expires_at_ms"u8, expiresAtMs);
            json.WriteEndObject();
        });
    }

    public async Task RevokeAsync(ApiRequest request)
    {
        request.AllowQuery();
        var fields = ApiJson.Fields(await request.ReadJsonAsync(ApiRequest.MaxSmallBody), string.Empty, Targets);
        if (fields.Count != 1)
        {
            throw ApiJson.Wrong(string.Empty, $"must have exactly one of {string.Join(", ", Targets)}");
        }

        var (target, value) = fields.Single();
        var work = target switch
        {
            "user" => RevokeUserAsync(request.Tenant, ApiNames.User(ApiJson.Text(value, "user"))),
            "session" => RevokeSessionAsync(request.Tenant, ApiNames.Session(ApiJson.Text(value, "session"))),
            "ticket_id" => RevokeTicketAsync(request.Tenant, TicketId(value)),
            _ => RevokeIssuedBeforeAsync(request.Tenant, Integer(value, target, 0, time.GetUtcNow().ToUnixTimeMilliseconds() + MaxAheadMs)),
        };
        await request.AnswerAsync("closed", await request.PatientlyAsync(work));
    }

    // What comes later is refused first, and then those are looked for who are here: nobody slips in between.
    private static Task<int> RevokeUserAsync(Tenant tenant, string user)
    {
        Remember(tenant.Revocations.TryRevokeUser(user, tenant.Snapshot.Config.Auth));
        tenant.OneTime.Revoke(identity => identity.User == user);
        return SessionControl.RevokeAsync(tenant.Registry.SessionsOf(user), _ => true);
    }

    private static Task<int> RevokeSessionAsync(Tenant tenant, string id)
    {
        if (tenant.Registry.FindSession(id) is not { } session)
        {
            return Task.FromResult(0);
        }

        if (session.Identity.TicketId is { } ticketId)
        {
            Remember(tenant.Revocations.TryRevokeTicket(ticketId, tenant.Snapshot.Config.Auth));
        }

        return SessionControl.RevokeAsync([session], _ => true);
    }

    private static Task<int> RevokeTicketAsync(Tenant tenant, string id)
    {
        Remember(tenant.Revocations.TryRevokeTicket(id, tenant.Snapshot.Config.Auth));
        tenant.OneTime.Revoke(identity => identity.TicketId == id);
        return SessionControl.RevokeAsync(tenant.Registry.Sessions(), session => session.Identity.TicketId == id);
    }

    private static Task<int> RevokeIssuedBeforeAsync(Tenant tenant, long unixTimeMs)
    {
        tenant.Revocations.RevokeIssuedBefore(unixTimeMs);
        tenant.OneTime.Revoke(identity => identity.IssuedAtMs < unixTimeMs);
        return SessionControl.RevokeAsync(tenant.Registry.Sessions(), session => tenant.Revocations.Covers(session.Identity));
    }

    private static void Remember(bool isRemembered)
    {
        if (!isRemembered)
        {
            throw new ApiException(new ApiProblem(
                StatusCodes.Status503ServiceUnavailable, ErrorCode.ResourceExhausted,
                $"{Revocations.MaxEntries} revocations are remembered; revoke with issued_before_ms, which takes their place, and set auth.jwt.max_ttl_ms."));
        }
    }

    private static string TicketId(JsonElement element)
    {
        var id = ApiJson.Text(element, "ticket_id");
        return TicketNames.IsName(id, TicketNames.MaxTicketIdBytes)
            ? id
            : throw ApiJson.Wrong("ticket_id", $"must be 1 to {TicketNames.MaxTicketIdBytes} bytes without control characters");
    }

    private static SessionLimits Limits(JsonElement element)
    {
        var fields = ApiJson.Fields(element, "limits", "rate_limit_rps", "rate_limit_burst", "max_rooms");
        return new SessionLimits(Optional("rate_limit_rps"), Optional("rate_limit_burst"), Optional("max_rooms"));

        int? Optional(string name) => fields.TryGetValue(name, out var value) ? (int)Integer(value, $"limits.{name}", 1, int.MaxValue) : null;
    }

    private static long Integer(JsonElement element, string path, long min, long max) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out var number) && number >= min && number <= max
            ? number
            : throw ApiJson.Wrong(path, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"must be an integer from {min} to {max}"));

    private static string[] Texts(JsonElement element, string path) =>
        element.ValueKind == JsonValueKind.Array
            ? [.. element.EnumerateArray().Select((entry, i) => ApiJson.Text(entry, $"{path}[{i}]"))]
            : throw ApiJson.Wrong(path, "must be a list of strings");
}
