namespace WsPrism.Core.Delivery;

/// <summary>
/// The states in a BATCH frame, each as the frame it would be alone, in the order in which their keys first had something pending: what a merge, a split and
/// a time to live need to know. Holds a reference of each. Made by one shard's <see cref="BatchBuilder"/> and owned, with the frame, by that shard's thread.
/// </summary>
internal sealed class StateBatch
{
    // Objects kept for the next batches; a tick of a room needs two at once, a merge for a slow receiver one more.
    private const int Kept = 1_024;

    private readonly Stack<StateBatch> _pool;
    private OutboundFrame[] _states = [];

    private StateBatch(Stack<StateBatch> pool) => _pool = pool;

    /// <summary>The handle of the room.</summary>
    public uint Room { get; private set; }

    /// <summary>True where the encoding says which room it is: for receivers that have another one active.</summary>
    public bool HasRoom { get; private set; }

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>When the first of them expires.</summary>
    public long EarliestExpiryNs { get; private set; }

    public ReadOnlySpan<OutboundFrame> States => _states.AsSpan(0, Count);

    /// <summary>Takes a reference of each state.</summary>
    public static StateBatch Rent(Stack<StateBatch> pool, ReadOnlySpan<OutboundFrame> states, uint room, bool hasRoom)
    {
        if (!pool.TryPop(out var batch))
        {
            batch = new StateBatch(pool);
        }

        batch._states = RingPool<OutboundFrame>.Rent((int)System.Numerics.BitOperations.RoundUpToPowerOf2(
            (uint)Math.Max(RingPool<OutboundFrame>.MinLength, states.Length)));
        states.CopyTo(batch._states);
        (batch.Count, batch.Room, batch.HasRoom, batch.EarliestExpiryNs) = (states.Length, room, hasRoom, OutboundFrame.Never);
        foreach (var state in states)
        {
            state.AddReferences();
            batch.EarliestExpiryNs = Math.Min(batch.EarliestExpiryNs, state.ExpiresAtNs);
        }

        return batch;
    }

    /// <summary>Gives the states' references back, with the last reference of the frame.</summary>
    public void Release()
    {
        foreach (var state in States)
        {
            state.Release();
        }

        Array.Clear(_states, 0, Count);
        RingPool<OutboundFrame>.Return(_states);
        _states = [];
        Count = 0;
        if (_pool.Count < Kept)
        {
            _pool.Push(this);
        }
    }
}
