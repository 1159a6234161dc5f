namespace WsPrism.Core.Metrics;

/// <summary>How long something took, in fixed buckets from a microsecond to ten seconds. Written by one shard's thread, read by any.</summary>
internal sealed class LatencyHistogram
{
    /// <summary>Upper bounds of the buckets in nanoseconds; one more bucket holds the rest.</summary>
    public static readonly long[] BoundsNs = [1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 500_000, 1_000_000, 5_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000];

    private readonly long[] _buckets = new long[BoundsNs.Length + 1];
    private long _sumNs;

    /// <summary>Sum of all that was recorded, in nanoseconds.</summary>
    public long SumNs => Volatile.Read(ref _sumNs);

    /// <summary>Count of one bucket, not cumulative.</summary>
    public long this[int bucket] => Volatile.Read(ref _buckets[bucket]);

    public void Record(long ns)
    {
        var bucket = 0;
        while (bucket < BoundsNs.Length && ns > BoundsNs[bucket])
        {
            bucket++;
        }

        _buckets[bucket]++;
        _sumNs += ns;
    }
}
