namespace WsPrism.Core.Policies;

/// <summary>Size of a token bucket: one token each <see cref="IntervalNs"/>, at most <see cref="Burst"/> at once.</summary>
internal readonly record struct RateLimit(int Rps, int Burst)
{
    public long IntervalNs => 1_000_000_000L / Rps;

    public long ToleranceNs => IntervalNs * Burst;
}

/// <summary>
/// A token bucket as the generic cell rate algorithm (ITU-T I.371): one number, the time at which the bucket will be full again, in place of a
/// level and a timer. Owned by the shard's thread. Mutable struct: never copy it.
/// </summary>
internal struct RateBucket
{
    private long _fullAtNs;

    /// <summary>Takes a token, or says in how many nanoseconds there will be one.</summary>
    public bool TryTake(in RateLimit limit, long nowNs, out long retryAfterNs)
    {
        if (_fullAtNs > nowNs + limit.ToleranceNs)
        {
            // No emptier than empty: what was taken from a larger bucket, before a reload, is no debt to this one.
            _fullAtNs = nowNs + limit.ToleranceNs;
        }

        var fullAt = Math.Max(_fullAtNs, nowNs) + limit.IntervalNs;
        retryAfterNs = fullAt - nowNs - limit.ToleranceNs;
        if (retryAfterNs > 0)
        {
            return false;
        }

        _fullAtNs = fullAt;
        return true;
    }
}
