using WsPrism.Core.Delivery;
using WsPrism.Core.Dispatch;
using WsPrism.Core.Sessions;
using WsPrism.Core.Shards;
using WsPrism.Protocol.Hot;

namespace WsPrism.Core.Rooms;

/// <summary>
/// A member that has sent Hot frames is gone from a room: its own states (those without KEY) are forgotten, and where it played the others are told with a reliable frame,
/// behind which no state of it comes any more. One item for all shards, each of which owns a reference of the frames; immutable.
/// </summary>
internal sealed class Departure : IShardWork
{
    private readonly Room _room;
    private readonly uint _handle;
    private readonly Broadcast? _notice;

    private Departure(Room room, uint handle, Broadcast? notice) => (_room, _handle, _notice) = (room, handle, notice);

    /// <summary>To be called on the session's shard when it has left the room, before it can join again. The reason is that of the session's end, where it has ended.</summary>
    public static void Tell(Membership member, EndReason? reason = null)
    {
        // Where everybody goes at once nobody has to know.
        if (!member.HasSentHot || reason is EndReason.Drained or EndReason.TenantRemoved)
        {
            return;
        }

        var (session, room) = (member.Session, member.Room);
        var notice = Notice(member);
        var departure = new Departure(room, session.Handle, notice);
        foreach (var shard in session.Shard.Siblings)
        {
            if (room.Slices[shard.Index].Count == 0)
            {
                continue;
            }

            notice?.Frame.AddReferences();
            notice?.WithRoom?.AddReferences();
            if (shard == session.Shard && !session.HasEnded)
            {
                // Now: it may be back before the next item of the mailbox.
                departure.Run(shard);
            }
            else
            {
                // A session may end in the middle of a walk over the members.
                shard.Post(departure);
            }
        }

        notice?.Frame.Release();
        notice?.WithRoom?.Release();
    }

    public void Run(Shard shard)
    {
        var slice = _room.Slices[shard.Index];
        var ofSender = StateFilter.OfSender(_room.Handle, _handle);
        slice.Latest?.Forget(ofSender);
        if (_notice is not { } notice)
        {
            return;
        }

        // The notice goes before lossy frames that wait; they would bring the member back.
        slice.Tick?.Forget(ofSender);
        foreach (var session in slice.Sessions)
        {
            session.Pacer?.Drop(ofSender, Fate.Conflated);
            session.Outbox.Drop(ofSender, Fate.Conflated);
        }

        shard.Deliver(notice);
    }

    private static Broadcast? Notice(Membership member)
    {
        var opcode = member.Room.Rule.LeaveOpcode;
        if (member.PlaysAs is not { } svcId || opcode < 0)
        {
            return null;
        }

        var frame = new HotFrame { SvcId = svcId, Opcode = (byte)opcode, Flags = HotFlags.Reliable | HotFlags.Sender, Sender = member.Session.Handle };
        return RoomFrames.Encode(member.Room, frame, default, nowNs: 0, except: null);
    }
}
