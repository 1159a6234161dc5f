using WsPrism.Core.Sessions;

namespace WsPrism.Core.Rooms;

/// <summary>One session's place in one room. Owned by the session's shard.</summary>
internal sealed class Membership
{
    private const double NsPerSecond = 1e9;

    private double _wishHz;
    private RoomRule? _pacedBy;
    private long _paceNs;

    public Membership(Session session, Room room)
    {
        Session = session;
        Room = room;
        Slice = room.Slices[session.Shard.Index];
    }

    public Session Session { get; }

    public Room Room { get; }

    /// <summary>The shard's slice of the room.</summary>
    public RoomSlice Slice { get; }

    /// <summary>The room's messages up to this offset were published before it was a member; those after it reach it live.</summary>
    public ulong LiveAfter { get; set; }

    /// <summary>Position in the shard's slice of the room.</summary>
    public int Index { get; set; }

    /// <summary>
    /// The least time between two lossy frames of one key to this member, in nanoseconds; 0 is none. For a frame that is about to be offered: where a reload has
    /// changed the rule, what waits under the one before goes ahead of it.
    /// </summary>
    public long GetPaceNs()
    {
        var rule = Room.Rule;
        if (rule != _pacedBy)
        {
            if (_pacedBy is not null)
            {
                Session.Pacer?.LetGo(Room.Handle);
            }

            _pacedBy = rule;
            _paceNs = PaceUnder(rule);
        }

        return _paceNs;
    }

    /// <summary>True once it has sent the others a Hot frame: there may be states of it.</summary>
    public bool HasSentHot { get; set; }

    /// <summary>The svc_id under which it last sent the others a frame of the game; null where it does not play.</summary>
    public byte? PlaysAs { get; set; }

    /// <summary>What the session's ledger has taken over from the room's tick; null until the first time.</summary>
    public TickAccount? TickAccount { get; set; }

    /// <summary>How often a second the client wants one key at most; the room's rule may say less.</summary>
    public void Wish(double maxHz)
    {
        if (_wishHz == 0)
        {
            Slice.CountWishes(1);
        }

        _wishHz = maxHz;
        _paceNs = PaceUnder(_pacedBy ?? Room.Rule);
    }

    /// <summary>The member has left the slice.</summary>
    public void ForgetWish()
    {
        if (_wishHz > 0)
        {
            Slice.CountWishes(-1);
        }
    }

    private long PaceUnder(RoomRule rule)
    {
        var hz = (rule.MaxHz, _wishHz) switch
        {
            (0, var wish) => wish,
            (var max, 0) => max,
            var (max, wish) => Math.Min(max, wish),
        };
        return hz == 0 ? 0 : (long)Math.Ceiling(NsPerSecond / hz);
    }
}
