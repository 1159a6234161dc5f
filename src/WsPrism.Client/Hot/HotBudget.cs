using WsPrism.Client.Time;

namespace WsPrism.Client.Hot;

// How fast this client may send Hot frames, as sys.budget says: a bucket of tokens, a little slower and shallower than the gateway's own, since messages bunch up on the way
// and pings count too. Under the lock.
internal sealed class HotBudget
{
    private readonly object _gate = new();
    private readonly TimeProvider _time;
    // Before the first budget little is known: slowly.
    private double _rate = 20;
    private double _burst = 5;
    private double _tokens = 5;
    private double _at;
    private bool _isNew = true;

    public HotBudget(TimeProvider time)
    {
        _time = time;
        _at = Now();
    }

    /// <summary>A budget; the first one in a new session comes with a full bucket.</summary>
    public void Set(double rate, double burst)
    {
        lock (_gate)
        {
            Refill();
            _rate = rate * 0.95;
            _burst = Math.Max(1, burst / 2);
            _tokens = _isNew ? _burst : Math.Min(_tokens, _burst);
            _isNew = false;
        }
    }

    public void BeginSession()
    {
        lock (_gate)
            _isNew = true;
    }

    /// <summary>Something was sent without asking: it counts, and those who ask wait for it.</summary>
    public void Spend()
    {
        lock (_gate)
        {
            Refill();
            _tokens = Math.Max(_tokens - 1, -_burst);
        }
    }

    /// <summary>Whether one more may go now; otherwise how long to wait.</summary>
    public bool MaySend(out TimeSpan wait)
    {
        lock (_gate)
        {
            Refill();
            wait = TimeSpan.Zero;
            if (_tokens >= 1)
                return true;

            // Timers have whole milliseconds.
            wait = TimeSpan.FromMilliseconds(Math.Ceiling((1 - _tokens) / _rate * 1000));
            return false;
        }
    }

    private void Refill()
    {
        var now = Now();
        _tokens = Math.Min(_burst, _tokens + (now - _at) * _rate / 1000);
        _at = now;
    }

    private double Now() => _time.MillisecondsAt(_time.GetTimestamp());
}
