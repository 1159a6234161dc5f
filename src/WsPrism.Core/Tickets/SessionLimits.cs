using WsPrism.Core.Policies;

namespace WsPrism.Core.Tickets;

/// <summary>
/// What a ticket lets its session have at most (claim <c>limits</c>); null where it says nothing. It never lets more than the tenant does: of both the smaller
/// rules. Immutable.
/// </summary>
internal sealed record SessionLimits(int? RateLimitRps, int? RateLimitBurst, int? MaxRooms)
{
    private static readonly string[] Known = ["rate_limit_rps", "rate_limit_burst", "max_rooms"];

    public bool HasRate => RateLimitRps is not null || RateLimitBurst is not null;

    /// <summary>
    /// Reads the member <c>limits</c>; null where there is none. False where it is wrong: a limit that this gateway does not know could not be kept, and the
    /// issuer counts on it.
    /// </summary>
    public static bool TryRead(JsonMembers claims, out SessionLimits? limits)
    {
        limits = null;
        if (!claims.TryObject("limits", out var members))
        {
            return false;
        }

        if (members is null)
        {
            return true;
        }

        if (!members.HasOnly(Known) || !members.TryPositive("rate_limit_rps", out var rps) || !members.TryPositive("rate_limit_burst", out var burst)
            || !members.TryPositive("max_rooms", out var maxRooms))
        {
            return false;
        }

        limits = new SessionLimits(rps, burst, maxRooms);
        return true;
    }

    /// <summary>The tenant's rate, or less.</summary>
    public RateLimit Tighten(in RateLimit rate) => new(Math.Min(rate.Rps, RateLimitRps ?? rate.Rps), Math.Min(rate.Burst, RateLimitBurst ?? rate.Burst));
}
