namespace WsPrism.Plugins;

/// <summary>
/// So many lines of a log in a second of the clock: who sends messages must not fill the operator's disk. A struct in a field, never copied. Safe for all threads.
/// </summary>
internal struct LineBudget(int linesPerSecond)
{
    private long _second;
    private int _lines;

    /// <summary>True where one more line may be written now; <paramref name="dropped"/> counts those of the second before that were not, once.</summary>
    public bool TryTake(TimeProvider time, out int dropped)
    {
        dropped = 0;
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var second = Volatile.Read(ref _second);
        if (second != now && Interlocked.CompareExchange(ref _second, now, second) == second)
        {
            dropped = Math.Max(0, Interlocked.Exchange(ref _lines, 0) - linesPerSecond);
        }

        return Interlocked.Increment(ref _lines) <= linesPerSecond;
    }
}
