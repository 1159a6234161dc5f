using System.Runtime.CompilerServices;

namespace WsPrism.Core.Delivery;

/// <summary>
/// Counts messages by class and fate. Written by one shard's thread alone; other threads may read it and see each count whole but not all of one
/// moment, so exact sums are taken on the shard's thread.
/// </summary>
internal sealed class Ledger
{
    /// <summary>How many fates there are.</summary>
    public const int FateCount = 5;

    // A class's figures stand together, a cache line for each: [accepted][queued][fate × 5][unused].
    private const int Stride = 8;
    private const int QueuedAt = 1;
    private const int FatesAt = 2;

    // In the object itself: a delivery then touches one line of it and follows no reference.
    private Counts _counts;

    /// <summary>Messages taken in for delivery.</summary>
    public long Accepted(DeliveryClass cls) => Volatile.Read(ref _counts[(int)cls * Stride]);

    /// <summary>Messages that ended so.</summary>
    public long Count(DeliveryClass cls, Fate fate) => Volatile.Read(ref _counts[((int)cls * Stride) + FatesAt + (int)fate]);

    /// <summary>Messages that wait in a queue, counted there and not derived, so that the sum can be checked.</summary>
    public long Queued(DeliveryClass cls) => Volatile.Read(ref _counts[((int)cls * Stride) + QueuedAt]);

    public void Accept(DeliveryClass cls)
    {
        var counts = OfClass(cls);
        counts[0]++;
        counts[QueuedAt]++;
    }

    public void Accept(DeliveryClass cls, long count)
    {
        var counts = OfClass(cls);
        counts[0] += count;
        counts[QueuedAt] += count;
    }

    public void End(DeliveryClass cls, Fate fate, long count = 1)
    {
        var counts = OfClass(cls);
        counts[FatesAt + (int)fate] += count;
        counts[QueuedAt] -= count;
    }

    /// <summary>Adds all of another ledger to this one.</summary>
    public void Add(Ledger other)
    {
        for (var i = 0; i < DeliveryClasses.Count * Stride; i++)
        {
            _counts[i] += Volatile.Read(ref other._counts[i]);
        }
    }

    private Span<long> OfClass(DeliveryClass cls) => ((Span<long>)_counts).Slice((int)cls * Stride, Stride);

    [InlineArray(DeliveryClasses.Count * Stride)]
    private struct Counts
    {
        private long _first;
    }
}
