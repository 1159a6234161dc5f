using WsPrism.Core.Delivery;
using WsPrism.Core.Rooms;
using WsPrism.Core.Sessions;
using WsPrism.Core.Shards;
using WsPrism.Protocol.Hot;

namespace WsPrism.Core.Dispatch;

/// <summary>Encodes a Hot frame for a room: at most twice, for members whose active room it is and for those whose it is not.</summary>
internal static class RoomFrames
{
    /// <summary><paramref name="frame"/> has no ROOM yet. Where the rule gives it a time to live it begins at <paramref name="nowNs"/>.</summary>
    public static Broadcast Encode(Room room, in HotFrame frame, in ConflationKey key, long nowNs, Session? except)
    {
        var isShaped = room.Rule.ShapesLossy && (frame.Flags & HotFlags.Reliable) == 0;
        var own = HotFrames.Encode(frame, key);
        if (own.Class == DeliveryClass.HotLossy)
        {
            // Before anybody looks which shards have members.
            own.StateOrder = room.Order.Next();
        }

        if (isShaped && room.Rule.TickHz > 0)
        {
            // A state of a room with ticks has one encoding: the batch puts ROOM in where a receiver needs it.
            own.IsTickState = true;
            own.ExpiresAtNs = ExpiryOf(room, nowNs);
            return new Broadcast(room, own, null, except);
        }

        var withRoom = HotFrames.Encode(frame with { Flags = frame.Flags | HotFlags.Room, Room = room.Handle }, key);
        if (isShaped)
        {
            own.ExpiresAtNs = withRoom.ExpiresAtNs = ExpiryOf(room, nowNs);
        }

        return new Broadcast(room, own, withRoom, except);
    }

    private static long ExpiryOf(Room room, long nowNs) => room.Rule.TtlNs > 0 ? nowNs + room.Rule.TtlNs : OutboundFrame.Never;
}
