namespace WsPrism.Client.Tests.Support;

/// <summary>The system's clock, whose timers a test may hold: for what has to happen before the client gets its turn.</summary>
internal sealed class HeldTime : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<Action> _held = [];
    private bool _isHeld;

    public void Hold()
    {
        lock (_gate)
            _isHeld = true;
    }

    public void Release()
    {
        Action[] held;
        lock (_gate)
        {
            _isHeld = false;
            held = [.. _held];
            _held.Clear();
        }

        foreach (var action in held)
            action();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(_ => Fire(() => callback(state)), null, dueTime, period);

    private void Fire(Action action)
    {
        lock (_gate)
        {
            if (_isHeld)
            {
                _held.Add(action);
                return;
            }
        }

        action();
    }
}
