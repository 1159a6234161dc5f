using WsPrism.Core.Delivery;
using WsPrism.Core.Sessions;
using WsPrism.Core.Shards;
using WsPrism.Core.Tenants;

namespace WsPrism.Core.ServerApi;

/// <summary>A frame of the backend for all sessions of a tenant, posted to every shard: nobody makes a list of them. Each shard owns one reference of the frame.</summary>
internal sealed class TenantDelivery(Tenant tenant, OutboundFrame frame, Func<Session, bool>? isExcluded, ShardTally tally) : IShardWork
{
    /// <summary>Delivers; takes over the caller's reference and answers how many got it.</summary>
    public static Task<int> PostAsync(Tenant tenant, Shard[] shards, OutboundFrame frame, Func<Session, bool>? isExcluded)
    {
        frame.AddReferences(shards.Length - 1);
        var tally = new ShardTally(shards.Length);
        var delivery = new TenantDelivery(tenant, frame, isExcluded, tally);
        foreach (var shard in shards)
        {
            shard.Post(delivery);
        }

        return tally.Total;
    }

    public void Run(Shard shard)
    {
        var sessions = tenant.Shards[shard.Index].Sessions;
        var receivers = 0;
        for (var i = sessions.Count - 1; i >= 0; i--)
        {
            var session = sessions[i];
            if (isExcluded?.Invoke(session) != true)
            {
                receivers++;
                frame.AddReferences();
                shard.Offer(session, frame);
            }
        }

        frame.Release();
        tally.Report(receivers);
    }
}
