using WsPrism.Core.Configuration;
using WsPrism.Core.Tickets;
using WsPrism.Protocol;

namespace WsPrism.Core.Policies;

/// <summary>A session's token buckets, with its shard's portions of the tenant's. Owned by the shard's thread.</summary>
internal sealed class RateLimiter
{
    private readonly LeasedRateBucket _tenantExt;
    private readonly LeasedRateBucket _tenantHot;
    private RateBucket _ext;
    private RateBucket _hot;
    private SessionLimits? _limits;

    public RateLimiter(LeasedRateBucket tenantExt, LeasedRateBucket tenantHot)
    {
        _tenantExt = tenantExt;
        _tenantHot = tenantHot;
    }

    /// <summary>What the session's ticket allows at most; null where it says nothing of rates.</summary>
    public SessionLimits? Limits
    {
        set => _limits = value is { HasRate: true } ? value : null;
    }

    /// <summary>How fast the session may send on a lane, its ticket's limits counted in.</summary>
    public RateLimit RateOf(Lane lane, PolicySnapshot policy)
    {
        var rate = lane == Lane.Hot ? policy.HotRate : policy.ExtRate;
        return _limits is null ? rate : _limits.Tighten(rate);
    }

    /// <summary>Takes the tokens for one message of a lane; refused messages take none.</summary>
    public PolicyVerdict Take(Lane lane, PolicySnapshot policy, long nowNs)
    {
        var ownHot = lane == Lane.Hot && policy.HasHotRate;
        var limit = ownHot ? policy.HotRate : policy.ExtRate;
        var scope = policy.Config.RateLimitScope;

        var ownLimit = _limits is null ? limit : _limits.Tighten(limit);

        ref var own = ref ownHot ? ref _hot : ref _ext;
        var before = own;

        // A ticket's limit is the session's own, whoever shares the tenant's.
        if ((scope != RateLimitScope.Tenant || _limits is not null) && !own.TryTake(ownLimit, nowNs, out var retryAfterNs))
        {
            return PolicyVerdict.RateLimited(PolicyReason.RateConnection, retryAfterNs);
        }

        if (scope != RateLimitScope.Connection && !(ownHot ? _tenantHot : _tenantExt).TryTake(limit, out retryAfterNs))
        {
            own = before;
            return PolicyVerdict.RateLimited(PolicyReason.RateTenant, retryAfterNs);
        }

        return PolicyVerdict.Pass(PolicyReason.Allowlist);
    }
}
