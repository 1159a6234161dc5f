using WsPrism.Core.Delivery;
using WsPrism.Core.Sessions;

namespace WsPrism.Core.Rooms;

/// <summary>
/// One shard's part of a room's member list: unordered, so joining and leaving are O(1). Sessions stand in an array of their own beside their memberships:
/// a broadcast walks that alone. Owned by the shard's thread; <see cref="Count"/> alone may be read from others.
/// </summary>
internal sealed class RoomSlice
{
    private readonly Room _room;
    private Session[] _sessions = [];
    private Membership[] _members = [];
    private int _count;
    private int _wishes;
    private int _awaited;
    private long _mayHaveMissed;
    private ulong _liveAfter;
    private bool _hasHadRule;

    public RoomSlice(Room room) => _room = room;

    /// <summary>Members on this shard. Another thread may see it a moment late: who joins is told so only after it is counted.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>
    /// True where lossy frames do not simply go into the members' queues: the room's rule, a member's wish for less, or a rule that there was before a reload, for what
    /// waits under it must not be overtaken.
    /// </summary>
    public bool ShapesLossy => (_hasHadRule |= _room.Rule.ShapesLossy) || _wishes > 0;

    /// <summary>What is held for the next tick; made when there is first something to hold.</summary>
    public RoomTick? Tick { get; set; }

    /// <summary>What members that join or come back are given; null while there is nothing, and in rooms without snapshot while no member's session can be resumed.</summary>
    public LatestStates? Latest { get; private set; }

    /// <summary>States up to this number may have missed the slice, because its first member was just joining. Any thread may read it.</summary>
    public long MayHaveMissed => Volatile.Read(ref _mayHaveMissed);

    /// <summary>True where the message of the room's history with this offset is older than a member, which has it already or does not want it.</summary>
    public bool IsOlderThanAMember(ulong offset) => offset != 0 && offset <= _liveAfter;

    /// <summary>A member enters behind the message with this offset.</summary>
    public void NoteLiveAfter(ulong offset) => _liveAfter = Math.Max(_liveAfter, offset);

    /// <summary>True while other shards have not answered yet what states they have. Any thread may read it.</summary>
    public bool IsAwaiting => Volatile.Read(ref _awaited) > 0;

    /// <summary>The members.</summary>
    public ReadOnlySpan<Membership> Members => _members.AsSpan(0, _count);

    /// <summary>The members' sessions.</summary>
    public ReadOnlySpan<Session> Sessions => _sessions.AsSpan(0, _count);

    public void Add(Membership membership)
    {
        if (_count == _members.Length)
        {
            Resize(Math.Max(4, _count * 2));
        }

        membership.Index = _count;
        _members[_count] = membership;
        _sessions[_count] = membership.Session;
        if (membership.Session.Resume is not null)
        {
            Latest ??= new LatestStates(membership.Session.Tenant);
        }

        Volatile.Write(ref _count, _count + 1);
    }

    public void Remove(Membership membership)
    {
        var last = _count - 1;
        var moved = _members[last];
        _members[membership.Index] = moved;
        _sessions[membership.Index] = moved.Session;
        moved.Index = membership.Index;
        _members[last] = null!;
        _sessions[last] = null!;
        membership.Index = -1;
        membership.ForgetWish();
        Volatile.Write(ref _count, last);
        if (last == 0 && Latest is { } latest)
        {
            Latest = null;
            LateStates.HandOver(membership.Session.Shard, _room, latest);
        }

        if (last < _members.Length / 4)
        {
            Resize(_members.Length / 2);
        }
    }

    /// <summary>The same for this state, which may itself have been made under a rule that this slice has not seen: it came from another shard behind a reload.</summary>
    public bool Shapes(OutboundFrame state)
    {
        _hasHadRule |= state.IsTickState;
        return ShapesLossy;
    }

    /// <summary>Keeps a lossy state for those that join or come back later; false where the members have got it already.</summary>
    public bool TryKeep(OutboundFrame state)
    {
        if (Latest is null)
        {
            if (_count == 0 || !_room.Rule.HasSnapshot)
            {
                return true;
            }

            Latest = new LatestStates(_sessions[0].Tenant);
        }

        return Latest.TryKeep(state);
    }

    /// <summary>The first member is here: what was published before this number may have gone past.</summary>
    public void NoteMissed(long order) => Volatile.Write(ref _mayHaveMissed, order);

    /// <summary>Answers of other shards that are to come.</summary>
    public void CountAwaited(int change) => Volatile.Write(ref _awaited, _awaited + change);

    /// <summary>A member wants less than all, or is gone.</summary>
    public void CountWishes(int change) => _wishes += change;

    private void Resize(int length)
    {
        Array.Resize(ref _members, length);
        Array.Resize(ref _sessions, length);
    }
}
