namespace WsPrism.Core.Delivery;

/// <summary>
/// Counts messages by class and fate. Written by one shard's thread alone; other threads may read it and see each count whole but not all of one
/// moment, so exact sums are taken on the shard's thread.
/// </summary>
internal sealed class Ledger
{
    /// <summary>How many fates there are.</summary>
    public const int FateCount = 5;

    private readonly long[] _accepted = new long[DeliveryClasses.Count];
    private readonly long[] _fates = new long[DeliveryClasses.Count * FateCount];
    private readonly long[] _queued = new long[DeliveryClasses.Count];

    /// <summary>Messages taken in for delivery.</summary>
    public long Accepted(DeliveryClass cls) => Volatile.Read(ref _accepted[(int)cls]);

    /// <summary>Messages that ended so.</summary>
    public long Count(DeliveryClass cls, Fate fate) => Volatile.Read(ref _fates[((int)cls * FateCount) + (int)fate]);

    /// <summary>Messages that wait in a queue, counted there and not derived, so that the sum can be checked.</summary>
    public long Queued(DeliveryClass cls) => Volatile.Read(ref _queued[(int)cls]);

    public void Accept(DeliveryClass cls)
    {
        _accepted[(int)cls]++;
        _queued[(int)cls]++;
    }

    public void End(DeliveryClass cls, Fate fate, int count = 1)
    {
        _fates[((int)cls * FateCount) + (int)fate] += count;
        _queued[(int)cls] -= count;
    }

    /// <summary>Adds all of another ledger to this one.</summary>
    public void Add(Ledger other)
    {
        for (var i = 0; i < _accepted.Length; i++)
        {
            _accepted[i] += Volatile.Read(ref other._accepted[i]);
            _queued[i] += Volatile.Read(ref other._queued[i]);
        }

        for (var i = 0; i < _fates.Length; i++)
        {
            _fates[i] += Volatile.Read(ref other._fates[i]);
        }
    }
}
