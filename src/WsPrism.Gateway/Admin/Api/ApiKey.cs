using WsPrism.Core.Policies;

namespace WsPrism.Gateway.Admin.Api;

/// <summary>One key, by its hash alone: whose it is, how fast it may ask, and how much at once. Safe for all threads.</summary>
internal sealed class ApiKey
{
    /// <summary>Requests of one key at once: one whose bodies come slowly holds up itself.</summary>
    public const int MaxAtOnce = 64;

    /// <summary>Operations of one key a second, and in a burst; a batch takes one for each of its messages.</summary>
    public const int MaxPerSecond = 20_000;

    private static readonly RateLimit Rate = new(MaxPerSecond, MaxPerSecond);

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly long _origin;
    private RateBucket _bucket;
    private int _atOnce;

    public ApiKey(byte[] hash, string? tenant, TimeProvider time)
    {
        Hash = hash;
        Tenant = tenant;
        _time = time;
        _origin = time.GetTimestamp();
    }

    /// <summary>SHA-256 of the key.</summary>
    public byte[] Hash { get; }

    /// <summary>The tenant that it reaches; null reaches all.</summary>
    public string? Tenant { get; }

    /// <summary>Begins a request; false where too many of this key are under way.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _atOnce) <= MaxAtOnce)
        {
            return true;
        }

        Leave();
        return false;
    }

    /// <summary>Ends a request.</summary>
    public void Leave() => Interlocked.Decrement(ref _atOnce);

    /// <summary>Takes operations from the rate, all or none.</summary>
    public bool TryTake(int operations)
    {
        lock (_gate)
        {
            var nowNs = (long)_time.GetElapsedTime(_origin).TotalNanoseconds;
            var before = _bucket;
            for (var i = 0; i < operations; i++)
            {
                if (!_bucket.TryTake(Rate, nowNs, out _))
                {
                    _bucket = before;
                    return false;
                }
            }

            return true;
        }
    }
}
