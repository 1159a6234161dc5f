namespace WsPrism.Plugins.Wasm;

/// <summary>
/// Whether a call is tried on its shard's thread first. A module that needed more than it may use there will mostly need it again, and what was run for nothing
/// costs the other sessions: after one such call the next few go out at once, and after some that were slow, many. Safe for all threads; a count that is off by one does no harm.
/// </summary>
internal sealed class InlineTrials
{
    private const int Pause = 15;

    // Fuel bounds instructions, and one that waits for memory takes a hundred times as long as one that does not. A thread that lost its core for a moment looks the same,
    // but not several times in a row.
    private const long SlowNs = 250_000;
    private const int SlowInARow = 3;
    private const int SlowPause = 1_000;

    private int _skip;
    private int _slow;

    public bool IsDue()
    {
        var skip = Volatile.Read(ref _skip);
        if (skip == 0)
        {
            return true;
        }

        Volatile.Write(ref _skip, skip - 1);
        return false;
    }

    public void WasTooLittle() => Volatile.Write(ref _skip, Pause);

    /// <summary>A call that ended with the little fuel took so long.</summary>
    public void Took(long nanoseconds)
    {
        if (nanoseconds <= SlowNs)
        {
            Volatile.Write(ref _slow, 0);
        }
        else if (++_slow >= SlowInARow)
        {
            Volatile.Write(ref _slow, 0);
            Volatile.Write(ref _skip, SlowPause);
        }
    }
}
