using System.Collections.Concurrent;

namespace WsPrism.Gateway.Admin.Api;

/// <summary>
/// Requests of the server API by call and status, how long they took, and those that a bound kept out. Calls are those that there are, never a caller's words. Safe
/// for all threads.
/// </summary>
internal sealed class ApiCounters
{
    /// <summary>Upper bounds of the buckets in seconds; one more holds the rest.</summary>
    public static readonly double[] Bounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private readonly ConcurrentDictionary<(string Call, string Status), StrongBox> _requests = new();
    private readonly ConcurrentDictionary<string, StrongBox> _refused = new(
        [.. new[] { ApiRefusal.NoKey, ApiRefusal.TooMany, ApiRefusal.KeyIsBusy, ApiRefusal.Rate }.Select(reason => KeyValuePair.Create(reason, new StrongBox()))]);

    private readonly long[] _buckets = new long[Bounds.Length + 1];
    private long _sumUs;

    public IEnumerable<(string Call, string Status, long Count)> Requests =>
        _requests.Select(entry => (entry.Key.Call, entry.Key.Status, Volatile.Read(ref entry.Value.Value)));

    public IEnumerable<(string Reason, long Count)> Refused => _refused.Select(entry => (entry.Key, Volatile.Read(ref entry.Value.Value)));

    public double SumSeconds => Volatile.Read(ref _sumUs) / 1e6;

    public long[] ReadBuckets()
    {
        var buckets = new long[_buckets.Length];
        for (var i = 0; i < buckets.Length; i++)
        {
            buckets[i] = Volatile.Read(ref _buckets[i]);
        }

        return buckets;
    }

    /// <summary>Counts a request that is over; a call that there is not has no name.</summary>
    public void Record(string call, string status, TimeSpan time)
    {
        Interlocked.Increment(ref _requests.GetOrAdd((call, status), static _ => new StrongBox()).Value);
        var bucket = Array.FindIndex(Bounds, bound => time.TotalSeconds <= bound);
        Interlocked.Increment(ref _buckets[bucket < 0 ? Bounds.Length : bucket]);
        Interlocked.Add(ref _sumUs, (long)time.TotalMicroseconds);
    }

    /// <summary>Counts a request that was kept out, by one of <see cref="ApiRefusal"/>.</summary>
    public void Refuse(string reason) => Interlocked.Increment(ref _refused.GetOrAdd(reason, static _ => new StrongBox()).Value);

    private sealed class StrongBox
    {
        public long Value;
    }
}

/// <summary>Why a bound kept a request out, as metrics name it.</summary>
internal static class ApiRefusal
{
    public const string NoKey = "no_key";
    public const string TooMany = "too_many_requests";
    public const string KeyIsBusy = "key_busy";
    public const string Rate = "rate";
}
