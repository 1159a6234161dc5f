using WsPrism.Core.Sessions;
using WsPrism.Core.Tickets;

namespace WsPrism.Backend.Tickets;

/// <summary>
/// What a backend says of a good ticket: <c>{"user","roles"?,"rooms"?,"expires_at_ms"?,"limits"?}</c>. Strict: of a member that nobody knows here, nobody can
/// say what it should have done.
/// </summary>
internal static class TicketAnswer
{
    private static readonly string[] Members = ["user", "roles", "rooms", "expires_at_ms", "limits"];

    /// <summary>The identity; null where the answer is wrong, and <paramref name="problem"/> goes on from "its answer".</summary>
    public static Identity? Read(byte[] json, long askedAtMs, out string problem)
    {
        problem = string.Empty;
        if (JsonMembers.Parse(json) is not { } answer)
        {
            problem = "is no JSON object";
        }
        else if (!answer.HasOnly(Members))
        {
            problem = $"has an unknown member; known are {string.Join(", ", Members)}";
        }
        else if (!answer.TryText("user", out var user) || user is null || !TicketNames.IsName(user, Identity.MaxUserBytes))
        {
            problem = "has no good user";
        }
        else if (!answer.TryTexts("roles", out var roles) || !TicketNames.AreRoles(roles))
        {
            problem = "has wrong roles";
        }
        else if (!answer.TryTexts("rooms", out var rooms) || !TicketNames.AreRooms(rooms))
        {
            problem = "has wrong rooms";
        }
        else if (!answer.TryMilliseconds("expires_at_ms", out var expiresAtMs))
        {
            problem = "has a wrong expires_at_ms";
        }
        else if (!SessionLimits.TryRead(answer, out var limits))
        {
            problem = "has wrong limits";
        }
        else
        {
            return new Identity(user)
            {
                ExpiresAtMs = expiresAtMs,
                IssuedAtMs = askedAtMs,
                Roles = roles ?? [],
                Rooms = rooms is null ? null : new TicketRooms(rooms),
                Limits = limits,
            };
        }

        return null;
    }
}
