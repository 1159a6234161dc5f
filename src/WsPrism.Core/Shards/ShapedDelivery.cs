using WsPrism.Core.Delivery;
using WsPrism.Core.Rooms;
using WsPrism.Core.Sessions;

namespace WsPrism.Core.Shards;

/// <summary>
/// How a lossy frame reaches this shard's members of a room where a rule, or a member's wish, says more than "at once": rooms with ticks hold it, otherwise each
/// member's own pace decides. Runs on the shard's thread.
/// </summary>
internal static class ShapedDelivery
{
    /// <summary>Takes over the caller's references.</summary>
    public static void Deliver(Shard shard, in Broadcast broadcast, RoomSlice slice)
    {
        if (broadcast.Frame.IsTickState && slice.Count > 0)
        {
            slice.Tick ??= new RoomTick(shard, broadcast.Room, slice);
            slice.Tick.Hold(broadcast.Frame);
            broadcast.WithRoom?.Release();
            return;
        }

        if (slice.Tick is null && slice.Count > 0 && broadcast.Room.Rule.TickHz > 0)
        {
            // Published before a reload put the ticks on.
            slice.Tick = new RoomTick(shard, broadcast.Room, slice);
        }

        var gaveWay = slice.Tick?.GiveWay(broadcast.Frame.Key) == true;

        // From the last to the first, as without rules.
        for (var i = slice.Count - 1; i >= 0; i--)
        {
            var member = slice.Members[i];
            if (member.Session == broadcast.Except)
            {
                continue;
            }

            var frame = broadcast.WithRoom is null || member.Session.ActiveRoom == broadcast.Room ? broadcast.Frame : broadcast.WithRoom;
            frame.AddReferences();
            try
            {
                var paceNs = member.GetPaceNs();
                if (slice.Tick is not null)
                {
                    if (gaveWay)
                    {
                        member.Session.MakeRoom(DeliveryClass.HotLossy);
                    }

                    // Alone where there were batches: an older state must not come out of one that waits, nor this one take a place ahead of it.
                    member.Session.Supersede(frame.Key);
                }

                member.Session.EnqueueShaped(frame, paceNs);
            }
            catch (Exception exception)
            {
                shard.Cut(member.Session, exception);
            }
        }

        broadcast.Frame.Release();
        broadcast.WithRoom?.Release();
    }
}
