namespace WsPrism.Testing;

/// <summary>Time that stands still until a test moves it. Timers fire within <see cref="Advance(TimeSpan)"/>, in the order of their times, on its thread.</summary>
internal sealed class ManualTime : TimeProvider
{
    private static readonly DateTimeOffset Start = new(2025, 10, 9, 8, 53, 20, TimeSpan.Zero);

    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Milliseconds since the clock was made.</summary>
    public long NowMs => Volatile.Read(ref _ticks) / TimeSpan.TicksPerMillisecond;

    /// <summary>How much time goes by between two readings of the clock: what work takes that reads it before and after. For tests on one thread.</summary>
    public TimeSpan PerReading { get; set; }

    public override long GetTimestamp() => PerReading.Ticks == 0 ? Volatile.Read(ref _ticks) : Interlocked.Add(ref _ticks, PerReading.Ticks);

    /// <summary>By how much the wall clock was set forward.</summary>
    public TimeSpan SetForward { get; set; }

    public override DateTimeOffset GetUtcNow() => Start.AddTicks(GetTimestamp()) + SetForward;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    public void Advance(long ms) => Advance(TimeSpan.FromMilliseconds(ms));

    public void Advance(TimeSpan by)
    {
        // Without a context continuations run on, in this call, so that a test sees what its step of time led to.
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            var target = _ticks + by.Ticks;
            while (NextDue(target) is { } timer)
            {
                Volatile.Write(ref _ticks, Math.Max(_ticks, timer.DueTicks));
                timer.Fire();
            }

            Volatile.Write(ref _ticks, target);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    private ManualTimer? NextDue(long target)
    {
        lock (_gate)
        {
            // By hand: tests that count allocations move the clock too.
            ManualTimer? next = null;
            foreach (var timer in _timers)
            {
                next = timer.DueTicks <= target && (next is null || timer.DueTicks < next.DueTicks) ? timer : next;
            }

            return next;
        }
    }

    private sealed class ManualTimer(ManualTime time, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period = Timeout.InfiniteTimeSpan;

        public long DueTicks { get; private set; } = long.MaxValue;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                time._timers.Remove(this);
                _period = period;
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    DueTicks = time._ticks + dueTime.Ticks;
                    time._timers.Add(this);
                }
            }

            return true;
        }

        public void Fire()
        {
            Change(_period > TimeSpan.Zero ? _period : Timeout.InfiniteTimeSpan, _period);
            callback(state);
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
