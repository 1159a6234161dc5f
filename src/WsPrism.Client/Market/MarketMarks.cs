namespace WsPrism.Client.Market;

// Who wants to hear which values are stale, or are so no more. Copied on each change, under the lock, so that the receive loop, which alone tells, reads without one.
internal sealed class MarketMarks(Action<Exception> failed)
{
    private readonly object _gate = new();
    private volatile Mark[] _all = [];

    public IDisposable Add(Action<IReadOnlyList<uint>> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        var mark = new Mark(this, handler);
        lock (_gate)
            _all = [.. _all, mark];

        return mark;
    }

    /// <summary>Tells all of these keys; nothing where there are none.</summary>
    public void Tell(IReadOnlyList<uint> keys)
    {
        if (keys.Count == 0)
            return;

        foreach (var mark in _all)
        {
            try
            {
                mark.Take(keys);
            }
            catch (Exception exception)
            {
                failed(exception);
            }
        }
    }

    private sealed class Mark(MarketMarks owner, Action<IReadOnlyList<uint>> handler) : IDisposable
    {
        private volatile bool _isOver;

        public void Take(IReadOnlyList<uint> keys)
        {
            if (!_isOver)
                handler(keys);
        }

        public void Dispose()
        {
            _isOver = true;
            lock (owner._gate)
                owner._all = [.. owner._all.Where(other => other != this)];
        }
    }
}
