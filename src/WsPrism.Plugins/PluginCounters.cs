namespace WsPrism.Plugins;

/// <summary>What became of a plugin's calls. Safe for all threads.</summary>
internal sealed class PluginCounters
{
    private readonly long[] _failures = new long[Enum.GetValues<PluginFailure>().Length];
    private long _calls;
    private long _switchedOff;

    /// <summary>Calls that were begun.</summary>
    public long Calls => Volatile.Read(ref _calls);

    /// <summary>How often it was switched off because it failed again and again.</summary>
    public long SwitchedOff => Volatile.Read(ref _switchedOff);

    public long Failures(PluginFailure failure) => Volatile.Read(ref _failures[(int)failure]);

    public void CountCall() => Interlocked.Increment(ref _calls);

    public void CountFailure(PluginFailure failure) => Interlocked.Increment(ref _failures[(int)failure]);

    public void CountSwitchedOff() => Interlocked.Increment(ref _switchedOff);
}
