namespace WsPrism.Core.Policies;

/// <summary>
/// A tenant's token bucket, shared by all shards. Shards lease small portions of it, so that most messages touch no shared memory. Never more
/// tokens are given out than the limit has; a portion that lies unused at one shard is what the leasing costs. Safe for all threads: one
/// compare-and-swap a lease, no lock.
/// </summary>
internal sealed class SharedRateBucket
{
    private readonly TimeProvider _time;
    private readonly double _nanosecondsPerTick;
    private readonly long _origin;
    private long _fullAtNs;

    public SharedRateBucket(TimeProvider time)
    {
        _time = time;
        _nanosecondsPerTick = 1e9 / time.TimestampFrequency;
        _origin = time.GetTimestamp();
    }

    /// <summary>Tokens in one lease: small buckets are shared out one by one and hold exactly.</summary>
    public static int Portion(in RateLimit limit) => Math.Clamp(limit.Burst / 256, 1, 64);

    /// <summary>Leases up to <paramref name="wanted"/> tokens; 0 where there is none, with the time until there is one.</summary>
    public int Lease(in RateLimit limit, int wanted, out long retryAfterNs)
    {
        var now = (long)((_time.GetTimestamp() - _origin) * _nanosecondsPerTick);
        while (true)
        {
            var seen = Volatile.Read(ref _fullAtNs);
            if (seen > now + limit.ToleranceNs)
            {
                // No emptier than empty, as in RateBucket.
                Interlocked.CompareExchange(ref _fullAtNs, now + limit.ToleranceNs, seen);
                continue;
            }

            var from = Math.Max(seen, now);
            var room = limit.ToleranceNs - (from - now);
            var granted = (int)Math.Min(wanted, room / limit.IntervalNs);
            if (granted <= 0)
            {
                retryAfterNs = limit.IntervalNs - room;
                return 0;
            }

            if (Interlocked.CompareExchange(ref _fullAtNs, from + (granted * limit.IntervalNs), seen) == seen)
            {
                retryAfterNs = 0;
                return granted;
            }
        }
    }
}
