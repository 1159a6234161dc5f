namespace WsPrism.Edge.Tests.Support;

/// <summary>A clock whose timers fire when a test says so.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly List<ManualTimer> _timers = [];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(() => callback(state), dueTime);
        _timers.Add(timer);
        return timer;
    }

    public void Advance(TimeSpan by)
    {
        foreach (var timer in _timers)
            timer.Advance(by);
    }

    private sealed class ManualTimer(Action fire, TimeSpan due) : ITimer
    {
        private TimeSpan _due = due;

        public void Advance(TimeSpan by)
        {
            if (_due > TimeSpan.Zero && (_due -= by) <= TimeSpan.Zero)
                fire();
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _due = dueTime;
            return true;
        }

        public void Dispose() => _due = TimeSpan.Zero;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
