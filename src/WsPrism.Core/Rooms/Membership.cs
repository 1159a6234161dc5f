using WsPrism.Core.Sessions;

namespace WsPrism.Core.Rooms;

/// <summary>One session's place in one room. Owned by the session's shard.</summary>
internal sealed class Membership
{
    private const double NsPerSecond = 1e9;

    private double _wishHz;

    public Membership(Session session, Room room)
    {
        Session = session;
        Room = room;
        Slice = room.Slices[session.Shard.Index];
        PaceNs = room.Rule.MaxHz > 0 ? PaceOf(room.Rule.MaxHz) : 0;
    }

    public Session Session { get; }

    public Room Room { get; }

    /// <summary>The shard's slice of the room.</summary>
    public RoomSlice Slice { get; }

    /// <summary>Position in the shard's slice of the room.</summary>
    public int Index { get; set; }

    /// <summary>The least time between two lossy frames of one key to this member, in nanoseconds; 0 is none.</summary>
    public long PaceNs { get; private set; }

    /// <summary>What the session's ledger has taken over from the room's tick; null until the first time.</summary>
    public TickAccount? TickAccount { get; set; }

    /// <summary>How often a second the client wants one key at most; the room's rule may say less.</summary>
    public void Wish(double maxHz)
    {
        if (_wishHz == 0 && !Room.Rule.ShapesLossy)
        {
            Slice.CountWishes(1);
        }

        _wishHz = maxHz;
        PaceNs = PaceOf(Room.Rule.MaxHz > 0 ? Math.Min(maxHz, Room.Rule.MaxHz) : maxHz);
    }

    /// <summary>The member has left the slice.</summary>
    public void ForgetWish()
    {
        if (_wishHz > 0 && !Room.Rule.ShapesLossy)
        {
            Slice.CountWishes(-1);
        }
    }

    private static long PaceOf(double hz) => (long)Math.Ceiling(NsPerSecond / hz);
}
