using WsPrism.Core.Metrics;

namespace WsPrism.Backend.Webhooks;

/// <summary>What is counted for one receiver. Safe for all threads.</summary>
internal sealed class WebhookCounters
{
    private readonly long[] _outcomes = new long[WebhookOutcomes.Names.Length];
    private readonly LatencyHistogram _durations = new();
    private long _requests;

    /// <summary>Requests sent, repetitions too.</summary>
    public long Requests => Volatile.Read(ref _requests);

    /// <summary>How long requests took.</summary>
    public LatencyHistogram Durations => _durations;

    /// <summary>What was to be told, by how it ended.</summary>
    public long this[WebhookOutcome outcome] => Volatile.Read(ref _outcomes[(int)outcome]);

    public void Count(WebhookOutcome outcome) => Interlocked.Increment(ref _outcomes[(int)outcome]);

    public void CountRequest(TimeSpan duration)
    {
        lock (_durations)
        {
            _durations.Record((long)duration.TotalNanoseconds);
        }

        Interlocked.Increment(ref _requests);
    }
}
