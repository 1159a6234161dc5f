namespace WsPrism.Client.Ext;

// Who wants which envelopes. Copied on each change, under the lock, so that the receive loop reads without one.
internal sealed class Subscriptions
{
    private readonly object _gate = new();
    private volatile Subscription[] _all = [];

    public IDisposable Add(string? svc, string? type, string? room, Action<Message> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        var subscription = new Subscription(this, svc, type, room, handler);
        lock (_gate)
            _all = [.. _all, subscription];

        return subscription;
    }

    /// <summary>Calls everybody who wants it, in the order in which they came; what a handler throws is told and stops nobody.</summary>
    public void Dispatch(Message message, Action<Exception> failed)
    {
        foreach (var subscription in _all)
        {
            if (!subscription.Wants(message))
                continue;

            try
            {
                subscription.Handler(message);
            }
            catch (Exception exception)
            {
                failed(exception);
            }
        }
    }

    private void Remove(Subscription subscription)
    {
        lock (_gate)
            _all = [.. _all.Where(other => other != subscription)];
    }

    private sealed class Subscription(Subscriptions owner, string? svc, string? type, string? room, Action<Message> handler) : IDisposable
    {
        private volatile bool _isOver;

        public Action<Message> Handler => handler;

        public bool Wants(Message message) =>
            !_isOver && (svc is null || message.Svc == svc) && (type is null || message.Type == type) && (room is null || message.Room == room);

        public void Dispose()
        {
            _isOver = true;
            owner.Remove(this);
        }
    }
}
