using WsPrism.Core.Delivery;
using WsPrism.Core.Sessions;
using WsPrism.Core.Shards;
using WsPrism.Core.Tenants;

namespace WsPrism.Core.ServerApi;

/// <summary>Reads that have to be taken on shards, so that they are of one moment. Safe for all threads.</summary>
internal static class TenantReads
{
    /// <summary>The tenant's ledger: each shard's part exact.</summary>
    public static async Task<Ledger> LedgerAsync(Tenant tenant, Shard[] shards)
    {
        var sum = new Ledger();
        var tally = new ShardTally(shards.Length);
        foreach (var shard in shards)
        {
            shard.Post(() =>
            {
                lock (sum)
                {
                    sum.Add(tenant.Shards[shard.Index].Ledger);
                }

                tally.Report(1);
            });
        }

        await tally.Total.ConfigureAwait(false);
        return sum;
    }

    /// <summary>What a session's shard alone knows of it; null where it has ended.</summary>
    public static async Task<SessionDetails?> SessionAsync(Session session)
    {
        SessionDetails? details = null;
        await SessionWork.RunAsync([session], session =>
        {
            var rooms = new List<(string Room, uint Handle, bool IsActive)>();
            foreach (var membership in session.Rooms)
            {
                rooms.Add((membership.Room.Name, membership.Room.Handle, membership.Room == session.ActiveRoom));
            }

            var ledger = new Ledger();
            ledger.Add(session.SettledLedger());
            details = new SessionDetails(rooms, ledger);
            return true;
        }).ConfigureAwait(false);
        return details;
    }
}

/// <summary>A session's rooms and a copy of its ledger, of one moment.</summary>
internal sealed record SessionDetails(IReadOnlyList<(string Room, uint Handle, bool IsActive)> Rooms, Ledger Ledger);
