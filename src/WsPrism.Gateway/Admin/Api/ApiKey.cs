using WsPrism.Core.Policies;

namespace WsPrism.Gateway.Admin.Api;

/// <summary>One key, by its hash alone: whose it is, and how fast it may ask. Safe for all threads.</summary>
internal sealed class ApiKey
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly long _origin;
    private RateLimit _rate;
    private RateBucket _bucket;

    public ApiKey(byte[] hash, string? tenant, ApiSlots slots, RateLimit rate, TimeProvider time)
    {
        Slots = slots;
        Hash = hash;
        Tenant = tenant;
        _rate = rate;
        _time = time;
        _origin = time.GetTimestamp();
    }

    /// <summary>SHA-256 of the key.</summary>
    public byte[] Hash { get; }

    /// <summary>The tenant that it reaches; null reaches all.</summary>
    public string? Tenant { get; }

    /// <summary>What bounds its requests at once, with those of its owner's other keys.</summary>
    public ApiSlots Slots { get; }

    /// <summary>Operations of the key a second, and at once; a batch takes one for each of its messages. A reload changes it.</summary>
    public RateLimit Rate
    {
        get
        {
            lock (_gate)
            {
                return _rate;
            }
        }

        set
        {
            lock (_gate)
            {
                _rate = value;
            }
        }
    }

    /// <summary>Takes operations from the rate, all or none; where there are none it says when one will be.</summary>
    public bool TryTake(int operations, out TimeSpan retryAfter)
    {
        retryAfter = TimeSpan.Zero;
        lock (_gate)
        {
            var nowNs = (long)_time.GetElapsedTime(_origin).TotalNanoseconds;
            var before = _bucket;
            for (var i = 0; i < operations; i++)
            {
                if (!_bucket.TryTake(_rate, nowNs, out var waitNs))
                {
                    retryAfter = TimeSpan.FromMicroseconds((waitNs + ((operations - i - 1) * _rate.IntervalNs)) / 1_000.0);
                    _bucket = before;
                    return false;
                }
            }

            return true;
        }
    }
}
