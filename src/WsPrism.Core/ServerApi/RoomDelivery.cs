using WsPrism.Core.Sessions;
using WsPrism.Core.Shards;

namespace WsPrism.Core.ServerApi;

/// <summary>A frame of the backend for the members of a room, posted to each shard that has some. Each shard owns one reference of each frame.</summary>
internal sealed class RoomDelivery(Broadcast broadcast, IReadOnlySet<string>? exclude, ShardTally tally) : IShardWork
{
    /// <summary>Delivers to the members that there are now; takes over a reference of each frame and answers how many got it.</summary>
    public static Task<int> PostAsync(Shard[] shards, in Broadcast broadcast, IReadOnlySet<string>? exclude)
    {
        var here = 0;
        Span<int> counts = stackalloc int[shards.Length];
        for (var i = 0; i < shards.Length; i++)
        {
            // Once: it may change under our eyes.
            counts[i] = broadcast.Room.Slices[i].Count;
            here += counts[i] > 0 ? 1 : 0;
        }

        if (here == 0)
        {
            broadcast.Frame.Release();
            broadcast.WithRoom?.Release();
            return Task.FromResult(0);
        }

        broadcast.Frame.AddReferences(here - 1);
        broadcast.WithRoom?.AddReferences(here - 1);
        var tally = new ShardTally(here);
        var delivery = new RoomDelivery(broadcast, exclude, tally);
        for (var i = 0; i < shards.Length; i++)
        {
            if (counts[i] > 0)
            {
                shards[i].Post(delivery);
            }
        }

        return tally.Total;
    }

    public void Run(Shard shard)
    {
        var receivers = 0;
        try
        {
            var slice = broadcast.Room.Slices[shard.Index];
            if (exclude is null && !slice.IsOlderThanAMember(broadcast.Offset))
            {
                receivers = slice.Count - (IsHere(shard, broadcast.Except) ? 1 : 0);
                shard.Deliver(broadcast);
            }
            else
            {
                // Envelopes alone have somebody to leave out, so there is one encoding and no rule that holds it back.
                receivers = OrderedDelivery.Deliver(shard, broadcast, slice, exclude);
            }
        }
        finally
        {
            tally.Report(receivers);
        }
    }

    private bool IsHere(Shard shard, Session? session) => session?.Shard == shard && session.Rooms.Find(broadcast.Room.Handle) is not null;
}
