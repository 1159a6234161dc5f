using WsPrism.Core.Sessions;
using WsPrism.Core.Shards;

namespace WsPrism.Core.ServerApi;

/// <summary>A frame of the backend for the members of a room, posted to each shard that has some. Each shard owns one reference of each frame.</summary>
internal sealed class RoomDelivery(Broadcast broadcast, IReadOnlySet<string>? exclude, ShardTally tally) : IShardWork
{
    public void Run(Shard shard)
    {
        var receivers = 0;
        try
        {
            if (exclude is null)
            {
                receivers = broadcast.Room.Slices[shard.Index].Count - (IsHere(shard, broadcast.Except) ? 1 : 0);
                shard.Deliver(broadcast);
            }
            else
            {
                receivers = DeliverToOthers(shard, exclude);
            }
        }
        finally
        {
            tally.Report(receivers);
        }
    }

    private bool IsHere(Shard shard, Session? session) => session?.Shard == shard && session.Rooms.Find(broadcast.Room.Handle) is not null;

    // Envelopes alone have somebody to leave out, so there is one encoding and no rule that holds it back.
    private int DeliverToOthers(Shard shard, IReadOnlySet<string> excluded)
    {
        var slice = broadcast.Room.Slices[shard.Index];
        var receivers = 0;

        // From the last to the first, as Shard.Deliver.
        for (var i = slice.Count - 1; i >= 0; i--)
        {
            var session = slice.Sessions[i];
            if (!excluded.Contains(session.SessionId))
            {
                receivers++;
                broadcast.Frame.AddReferences();
                shard.Offer(session, broadcast.Frame);
            }
        }

        broadcast.Frame.Release();
        return receivers;
    }
}
