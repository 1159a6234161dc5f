namespace WsPrism.Core.Rooms;

/// <summary>
/// How much of what a <see cref="RoomTick"/> has counted for each member one member's own ledger has taken over. Owned by the session's shard.
/// </summary>
internal sealed class TickAccount
{
    public TickCounts Settled { get; set; }

    /// <summary>The last walk that gave this member its batch.</summary>
    public long Served { get; set; } = -1;
}

/// <summary>What a room's tick has counted since it was made, for each member that was there all the time.</summary>
internal readonly record struct TickCounts(long Accepted, long Conflated, long Expired, long Overflow);
