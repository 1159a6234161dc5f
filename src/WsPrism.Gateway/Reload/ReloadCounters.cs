namespace WsPrism.Gateway.Reload;

/// <summary>Reloads by how they ended, and what is in force since when. Written by one reload at a time, read by any thread.</summary>
internal sealed class ReloadCounters
{
    private readonly long[] _outcomes = new long[Enum.GetValues<ReloadOutcome>().Length];
    private readonly TimeProvider _time;
    private long _generation = 1;
    private long _lastSuccessMs;
    private int _needRestart;

    public ReloadCounters(TimeProvider time)
    {
        _time = time;
        _lastSuccessMs = time.GetUtcNow().ToUnixTimeMilliseconds();
    }

    /// <summary>1 at the start, one more with each configuration that was put in force since.</summary>
    public long Generation => Volatile.Read(ref _generation);

    /// <summary>When the file was last found right: at the start, or by a reload.</summary>
    public long LastSuccessUnixMs => Volatile.Read(ref _lastSuccessMs);

    /// <summary>Keys that wait for a restart.</summary>
    public int NeedRestart => Volatile.Read(ref _needRestart);

    public long Count(ReloadOutcome outcome) => Volatile.Read(ref _outcomes[(int)outcome]);

    public void Record(ReloadReport report)
    {
        Interlocked.Increment(ref _outcomes[(int)report.Outcome]);
        if (report.Outcome is ReloadOutcome.Applied or ReloadOutcome.Unchanged)
        {
            Volatile.Write(ref _generation, _generation + (report.Outcome == ReloadOutcome.Applied ? 1 : 0));
            Volatile.Write(ref _lastSuccessMs, _time.GetUtcNow().ToUnixTimeMilliseconds());
            Volatile.Write(ref _needRestart, report.NeedsRestart.Count);
        }
    }
}
