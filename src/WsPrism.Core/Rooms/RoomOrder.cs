namespace WsPrism.Core.Rooms;

/// <summary>
/// Numbers the lossy states of a room, so that shards can tell which of two is newer and which of them a slice may have missed whose first member was just
/// joining (<see cref="LateStates"/>). Safe for all threads.
/// </summary>
internal sealed class RoomOrder
{
    private long _last;
    private long _lastJoin;

    /// <summary>The number of the latest state; 0 while there was none.</summary>
    public long Last => Volatile.Read(ref _last);

    /// <summary>A slice whose first member has joined may have missed what has this number or an older one, and got what is newer.</summary>
    public long LastJoin => Volatile.Read(ref _lastJoin);

    /// <summary>The number of a state that is about to be published. Who looks afterwards which slices have members sees those that joined before.</summary>
    public long Next() => Interlocked.Increment(ref _last);

    /// <summary>Raises <see cref="LastJoin"/>.</summary>
    public void NoteJoin(long order)
    {
        for (var seen = LastJoin; seen < order;)
        {
            seen = Interlocked.CompareExchange(ref _lastJoin, order, seen) is var found && found == seen ? order : found;
        }
    }
}
