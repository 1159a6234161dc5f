using WsPrism.Core.Delivery;
using WsPrism.Core.Metrics;
using WsPrism.Core.Policies;
using WsPrism.Core.Sessions;

namespace WsPrism.Core.Tenants;

/// <summary>What one shard keeps for one tenant. Owned by the shard's thread.</summary>
internal sealed class TenantShard
{
    public TenantShard(SharedRateBucket ext, SharedRateBucket hot)
    {
        ExtBucket = new LeasedRateBucket(ext);
        HotBucket = new LeasedRateBucket(hot);
    }

    public Ledger Ledger { get; } = new();

    public TenantCounters Counters { get; } = new();

    /// <summary>The sessions that are open here.</summary>
    public SessionList Sessions { get; } = new();

    public LeasedRateBucket ExtBucket { get; }

    public LeasedRateBucket HotBucket { get; }
}
