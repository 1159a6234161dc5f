using WsPrism.Core.Configuration;
using WsPrism.Protocol;

namespace WsPrism.Core.Policies;

/// <summary>A session's token buckets, with its shard's portions of the tenant's. Owned by the shard's thread.</summary>
internal sealed class RateLimiter
{
    private readonly LeasedRateBucket _tenantExt;
    private readonly LeasedRateBucket _tenantHot;
    private RateBucket _ext;
    private RateBucket _hot;

    public RateLimiter(LeasedRateBucket tenantExt, LeasedRateBucket tenantHot)
    {
        _tenantExt = tenantExt;
        _tenantHot = tenantHot;
    }

    /// <summary>Takes the tokens for one message of a lane; refused messages take none.</summary>
    public PolicyVerdict Take(Lane lane, PolicySnapshot policy, long nowNs)
    {
        var ownHot = lane == Lane.Hot && policy.HasHotRate;
        var limit = ownHot ? policy.HotRate : policy.ExtRate;
        var scope = policy.Config.RateLimitScope;

        ref var own = ref ownHot ? ref _hot : ref _ext;
        var before = own;
        if (scope != RateLimitScope.Tenant && !own.TryTake(limit, nowNs, out var retryAfterNs))
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
