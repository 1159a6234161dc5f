using WsPrism.Core.Configuration;
using WsPrism.Core.Rooms;
using WsPrism.Core.Sessions;
using WsPrism.Core.Shards;
using WsPrism.Core.Tenants;
using WsPrism.Protocol;
using WsPrism.Protocol.Hot;

namespace WsPrism.Core.Market;

/// <summary>
/// A tenant's market. Every instrument has one owner among the shards, by a hash of its key: all updates go through it, so they have one order. From there each
/// goes to the shards that have subscribers, once, and every shard keeps the last values of what it is subscribed to. Safe for all threads, but for the parts of
/// the shards, each of which is its shard's.
/// </summary>
internal sealed class TenantMarket
{
    /// <summary>What <see cref="PublishAsync"/> answers for an update that found no place.</summary>
    public const int NoPlace = -1;

    private readonly Tenant _tenant;
    private int _instruments;

    public TenantMarket(Tenant tenant, Shard[] shards)
    {
        _tenant = tenant;
        Owned = [.. shards.Select(shard => new OwnedInstruments(this, shard))];
        Subscribed = [.. shards.Select(shard => new SubscribedInstruments(this, shard))];
    }

    /// <summary>The instruments that each shard owns.</summary>
    public OwnedInstruments[] Owned { get; }

    /// <summary>The instruments that each shard has subscribers of.</summary>
    public SubscribedInstruments[] Subscribed { get; }

    /// <summary>Instruments with a value.</summary>
    public int InstrumentCount => Volatile.Read(ref _instruments);

    public MarketConfig Config => _tenant.Snapshot.Config.Market;

    /// <summary>True while somebody may ask for what is kept here.</summary>
    public bool IsOpen => !_tenant.IsRemoved;

    /// <summary>True where a frame of the backend for everybody is an update of an instrument.</summary>
    public static bool IsUpdate(TenantSnapshot tenant, in HotFrame frame) => frame.Has(HotFlags.Key) && tenant.Routes.FindHot(frame.SvcId) is { IsMarket: true };

    /// <summary>The longest value; as base64 it must fit into an envelope that a session has room for.</summary>
    public static int MaxValueBytes(TenantSnapshot tenant) =>
        Math.Min(tenant.Config.Market.MaxValueBytes, Math.Max(0, (tenant.Config.Limits.Outbound.ExtBytes - MarketTexts.BytesAround) / 4 * 3));

    /// <summary>How many instruments one session may be subscribed to: each has its place in the session's queue, or a slow client would lose values for good.</summary>
    public static int MaxKeysPerSession(TenantSnapshot tenant) => Math.Min(tenant.Config.Market.MaxKeysPerSession, tenant.Config.Limits.Outbound.HotMaxKeys);

    /// <summary>The shard that owns an instrument.</summary>
    public int OwnerOf(uint key) => (int)(StableHash.Mix(key) % (ulong)Owned.Length);

    /// <summary>Takes an update of a publisher; on its shard. What the owner, on another shard, has no place for is told to the publisher later.</summary>
    public ErrorCode Publish(Session publisher, in HotFrame frame)
    {
        if (!publisher.Identity.IsPublisher)
        {
            return ErrorCode.NotAllowed;
        }

        if (!frame.Has(HotFlags.Key))
        {
            return ErrorCode.BadRequest;
        }

        if (frame.Payload.Length > MaxValueBytes(_tenant.Snapshot))
        {
            return ErrorCode.PayloadTooLarge;
        }

        publisher.EnsureMarket().HasPublished = true;
        var owner = Owned[OwnerOf(frame.Key)];
        var update = MarketFrames.Encode(frame);
        if (owner.Shard == publisher.Shard)
        {
            return owner.TryPublish(update, publisher, receipt: null) ? ErrorCode.None : ErrorCode.ResourceExhausted;
        }

        owner.Shard.Post(owner, update, publisher);
        return ErrorCode.None;
    }

    /// <summary>Takes an update of the backend; any thread. Nobody is told what becomes of it, and nothing is allocated.</summary>
    public void Post(in HotFrame frame)
    {
        var owner = Owned[OwnerOf(frame.Key)];
        owner.Shard.Post(owner, MarketFrames.Encode(frame), from: null);
    }

    /// <summary>Takes an update of the backend; any thread. Answers how many subscribers it went to, or <see cref="NoPlace"/>.</summary>
    public Task<int> PublishAsync(in HotFrame frame)
    {
        if (frame.Payload.Length > MaxValueBytes(_tenant.Snapshot))
        {
            return Task.FromResult(NoPlace);
        }

        var owner = Owned[OwnerOf(frame.Key)];
        var receipt = new MarketReceipt();
        var update = MarketFrames.Encode(frame);
        owner.Shard.Post(() => owner.TryPublish(update, publisher: null, receipt));
        return receipt.Total;
    }

    /// <summary>What a session has published is nobody's any more; on its shard, behind its last update.</summary>
    public void PublisherEnded(Session session)
    {
        foreach (var owner in Owned)
        {
            owner.Shard.Post(() => owner.OnPublisherEnded(session));
        }
    }

    /// <summary>A reload has changed <c>stale_after_ms</c>.</summary>
    public void FollowStaleness()
    {
        foreach (var owner in Owned)
        {
            owner.Shard.Post(owner.WatchAges);
        }
    }

    /// <summary>Takes a place for one more instrument; compare-and-swap, so the limit is never overshot.</summary>
    public bool TryReserve()
    {
        while (true)
        {
            var instruments = Volatile.Read(ref _instruments);
            if (instruments >= Config.MaxInstruments)
            {
                return false;
            }

            if (Interlocked.CompareExchange(ref _instruments, instruments + 1, instruments) == instruments)
            {
                return true;
            }
        }
    }

    /// <summary>Gives a place back.</summary>
    public void ReleasePlace() => Interlocked.Decrement(ref _instruments);
}
