using Microsoft.Extensions.Logging;

namespace WsPrism.Plugins;

/// <summary>
/// Switches a plugin off for a while when it fails again and again; then one call is tried, and its end decides. Safe for all threads; asking it costs a read.
/// </summary>
internal sealed partial class FailureSwitch(Plugin plugin, TimeProvider time, ILogger logger)
{
    /// <summary>So many failures in a row switch it off.</summary>
    public const int MaxFailures = 5;

    /// <summary>How long it is off.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private int _failures;

    // When it may be tried again; 0 while it is on.
    private long _offUntil;

    /// <summary>True where a call is to be refused. After the pause it says false to one caller, whose call is the trial, and to the others when that has ended well.</summary>
    public bool IsOff
    {
        get
        {
            var until = Volatile.Read(ref _offUntil);
            if (until == 0)
            {
                return false;
            }

            var now = time.GetTimestamp();

            // Who moves the time on is the one who tries; if that call is never heard of again, the next one tries after another pause.
            return now < until || Interlocked.CompareExchange(ref _offUntil, now + PauseTicks, until) != until;
        }
    }

    private long PauseTicks => (long)(Pause.TotalSeconds * time.TimestampFrequency);

    /// <summary>A call ended well.</summary>
    public void Succeeded()
    {
        if (Volatile.Read(ref _failures) == 0)
        {
            return;
        }

        Volatile.Write(ref _failures, 0);
        if (Interlocked.Exchange(ref _offUntil, 0) != 0)
        {
            Log.On(logger, plugin.Tenant, plugin.Config.Name);
        }
    }

    /// <summary>A call failed, and is counted.</summary>
    public void Failed(PluginFailure failure)
    {
        plugin.Counters.CountFailure(failure);
        if (Interlocked.Increment(ref _failures) < MaxFailures)
        {
            return;
        }

        var until = Math.Max(1, time.GetTimestamp() + PauseTicks);
        if (Interlocked.Exchange(ref _offUntil, until) == 0)
        {
            plugin.Counters.CountSwitchedOff();
            Log.Off(logger, plugin.Tenant, plugin.Config.Name, MaxFailures, Pause.TotalSeconds);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Plugin {Tenant}/{Service} failed {Count} times in a row: it is switched off for {Seconds} s")]
        public static partial void Off(ILogger logger, string tenant, string service, int count, double seconds);

        [LoggerMessage(2, LogLevel.Information, "Plugin {Tenant}/{Service} works again")]
        public static partial void On(ILogger logger, string tenant, string service);
    }
}
