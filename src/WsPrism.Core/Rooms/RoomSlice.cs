namespace WsPrism.Core.Rooms;

/// <summary>
/// One shard's part of a room's member list: an unordered array, so joining and leaving are O(1) and a broadcast walks memory in a line. Owned by the
/// shard's thread; <see cref="Count"/> alone may be read from others.
/// </summary>
internal sealed class RoomSlice
{
    private Membership[] _members = [];
    private int _count;

    /// <summary>Members on this shard. Another thread may see it a moment late: who joins is told so only after it is counted.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>The members.</summary>
    public ReadOnlySpan<Membership> Members => _members.AsSpan(0, _count);

    public void Add(Membership membership)
    {
        if (_count == _members.Length)
        {
            Array.Resize(ref _members, Math.Max(4, _count * 2));
        }

        membership.Index = _count;
        _members[_count] = membership;
        Volatile.Write(ref _count, _count + 1);
    }

    public void Remove(Membership membership)
    {
        var last = _count - 1;
        var moved = _members[last];
        _members[membership.Index] = moved;
        moved.Index = membership.Index;
        _members[last] = null!;
        membership.Index = -1;
        Volatile.Write(ref _count, last);
        if (last < _members.Length / 4)
        {
            Array.Resize(ref _members, _members.Length / 2);
        }
    }
}
