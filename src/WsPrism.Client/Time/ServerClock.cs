using WsPrism.Client.Connection;

namespace WsPrism.Client.Time;

/// <summary>
/// The gateway's clock. Each ping says: when the gateway read its clock, in whole milliseconds cut off, ours stood somewhere between sending and receiving. All of that holds
/// at once, so the true offset lies where the spans overlap. Thread-safe: the receive loop writes, anybody reads, under the lock.
/// </summary>
public sealed class ServerClock
{
    private const int Kept = 16;

    // Two clocks go apart by 100 parts in a million.
    private const double Drift = 1e-4;

    private readonly object _gate = new();
    private readonly TimeProvider _time;
    private readonly Action<Exception> _failed;
    private readonly List<Sample> _samples = [];

    internal ServerClock(TimeProvider time, Action<Exception>? failed = null)
    {
        _time = time;
        _failed = failed ?? (static _ => { });
    }

    /// <summary>A new estimate after each answer, on the receive loop.</summary>
    public event Action<ClockEstimate>? Updated;

    /// <summary>The estimate now; null before the first answer of the gateway.</summary>
    public ClockEstimate? Estimate
    {
        get
        {
            lock (_gate)
            {
                var now = Monotonic();
                if (Span(now) is not { } span)
                    return null;

                var wall = (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalMilliseconds;
                return new ClockEstimate(TimeSpan.FromMilliseconds((span.Low + span.High) / 2 + now - wall), TimeSpan.FromMilliseconds((span.High - span.Low) / 2));
            }
        }
    }

    /// <summary>
    /// The gateway's time; this machine's before the first answer. It goes on by a clock that nobody sets; where a better estimate comes it may step back by less than the bounds
    /// of both. Do not measure with it.
    /// </summary>
    public DateTimeOffset Now
    {
        get
        {
            lock (_gate)
            {
                var now = Monotonic();
                return Span(now) is { } span ? DateTimeOffset.UnixEpoch.AddMilliseconds((span.Low + span.High) / 2 + now) : _time.GetUtcNow();
            }
        }
    }

    /// <summary>How long the way takes.</summary>
    public LatencyFigures Latency
    {
        get
        {
            lock (_gate)
            {
                if (_samples.Count == 0)
                    return default;

                double lowest = double.MaxValue, sum = 0, steps = 0, before = _samples[0].RoundTrip;
                foreach (var sample in _samples)
                {
                    lowest = Math.Min(lowest, sample.RoundTrip);
                    sum += sample.RoundTrip;
                    steps += Math.Abs(sample.RoundTrip - before);
                    before = sample.RoundTrip;
                }

                return new LatencyFigures(
                    TimeSpan.FromMilliseconds(before), TimeSpan.FromMilliseconds(lowest), TimeSpan.FromMilliseconds(sum / _samples.Count),
                    TimeSpan.FromMilliseconds(steps / Math.Max(1, _samples.Count - 1)));
            }
        }
    }

    /// <summary>One answer: our clock in milliseconds when the ping left and when its pong came, and what the gateway's said.</summary>
    internal void Add(double sent, double serverTimeMs, double received)
    {
        if (received < sent)
            return;

        lock (_gate)
        {
            if (_samples.Count == Kept)
                _samples.RemoveAt(0);

            var sample = new Sample(sent, serverTimeMs - received, serverTimeMs + 1 - sent, received - sent);
            _samples.Add(sample);

            // No overlap: somebody has set a clock, and only the newest counts.
            if (Span(received) is null)
            {
                _samples.Clear();
                _samples.Add(sample);
            }
        }

        if (Updated is { } updated && Estimate is { } estimate)
            updated.Raise(estimate, _failed);
    }

    /// <summary>Another gateway, perhaps: begins anew.</summary>
    internal void Clear()
    {
        lock (_gate)
            _samples.Clear();
    }

    internal double Monotonic() => _time.MillisecondsAt(_time.GetTimestamp());

    private (double Low, double High)? Span(double now)
    {
        double low = double.NegativeInfinity, high = double.PositiveInfinity;
        foreach (var sample in _samples)
        {
            var drift = (now - sample.At) * Drift;
            low = Math.Max(low, sample.Low - drift);
            high = Math.Min(high, sample.High + drift);
        }

        return _samples.Count > 0 && low <= high ? (low, high) : null;
    }

    private readonly record struct Sample(double At, double Low, double High, double RoundTrip);
}
