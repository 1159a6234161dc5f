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
                member.Session.EnqueueShaped(frame, member.PaceNs);
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
