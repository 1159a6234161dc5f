using WsPrism.Core.Rooms;

namespace WsPrism.Core.Shards;

/// <summary>How a message of a room with a history reaches this shard's members: those that joined after it was published have it already, or do not want it. Runs on the shard's thread.</summary>
internal static class OrderedDelivery
{
    /// <summary>Takes over the caller's reference; answers how many got it.</summary>
    public static int Deliver(Shard shard, in Broadcast broadcast, RoomSlice slice, IReadOnlySet<string>? exclude)
    {
        var receivers = 0;

        // From the last to the first, as without history.
        for (var i = slice.Count - 1; i >= 0; i--)
        {
            var member = slice.Members[i];
            var session = member.Session;
            if (session == broadcast.Except || (broadcast.Offset != 0 && broadcast.Offset <= member.LiveAfter) || exclude?.Contains(session.SessionId) == true)
            {
                continue;
            }

            receivers++;
            broadcast.Frame.AddReferences();
            shard.Offer(session, broadcast.Frame);
        }

        broadcast.Frame.Release();
        return receivers;
    }
}
