namespace WsPrism.Plugins;

/// <summary>What became of a plugin's calls. Safe for all threads.</summary>
internal sealed class PluginCounters
{
    // Shards count at once and must not wait for each other: each thread has a stripe to itself as far as there are enough, a cache line each.
    private const int Stripes = 16;
    private const int StripeLength = 8;

    private readonly long[] _calls = new long[(Stripes + 1) * StripeLength];
    private readonly long[] _failures = new long[Enum.GetValues<PluginFailure>().Length];
    private long _switchedOff;

    /// <summary>Calls that were begun.</summary>
    public long Calls
    {
        get
        {
            var sum = 0L;
            for (var stripe = 1; stripe <= Stripes; stripe++)
            {
                sum += Volatile.Read(ref _calls[stripe * StripeLength]);
            }

            return sum;
        }
    }

    /// <summary>How often it was switched off because it failed again and again.</summary>
    public long SwitchedOff => Volatile.Read(ref _switchedOff);

    public long Failures(PluginFailure failure) => Volatile.Read(ref _failures[(int)failure]);

    public void CountCall() => Interlocked.Increment(ref _calls[(1 + (Environment.CurrentManagedThreadId % Stripes)) * StripeLength]);

    public void CountFailure(PluginFailure failure) => Interlocked.Increment(ref _failures[(int)failure]);

    public void CountSwitchedOff() => Interlocked.Increment(ref _switchedOff);
}
