namespace WsPrism.Core.Policies;

/// <summary>
/// Counts refusals in a sliding window, exactly: a ring of the times of the last ones, made at the first refusal. Owned by the shard's thread.
/// </summary>
internal sealed class ViolationWindow
{
    private long[] _times = [];
    private int _next;

    /// <summary>Records a refusal; true where it is the <paramref name="max"/>-th within <paramref name="windowMs"/>. 0 is off.</summary>
    public bool Record(int max, int windowMs, long nowMs)
    {
        if (max <= 0)
        {
            return false;
        }

        if (_times.Length != max)
        {
            // First refusal, or a reload changed the rule: counting starts anew.
            _times = new long[max];
            Array.Fill(_times, long.MinValue);
            _next = 0;
        }

        _times[_next] = nowMs;
        _next = (_next + 1) % max;

        // What the ring would overwrite next is the oldest of the last max refusals.
        var oldest = _times[_next];
        return oldest != long.MinValue && nowMs - oldest < windowMs;
    }
}
