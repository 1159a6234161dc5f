using WsPrism.Client.Ext;

namespace WsPrism.Client.Notices;

/// <summary>What the gateway tells of the session without being asked. Nothing has to be done about any of it: the client acts on it by itself. Thread-safe; handlers run on the receive loop.</summary>
public sealed class NoticesApi
{
    private readonly ExtLane _ext;

    internal NoticesApi(ExtLane ext) => _ext = ext;

    /// <summary>The gateway goes away, and closes within so long with 1001. The client then comes back, to another gateway or to the one that is there next.</summary>
    public IDisposable OnDraining(Action<TimeSpan> handler) => On("draining", handler, message => message.Data.TimeSpanOf("grace_ms"));

    /// <summary>The ticket ends in so long. Where there is a ticket callback the client asks it and sends the new one.</summary>
    public IDisposable OnExpiring(Action<TimeSpan> handler) => On("expiring", handler, message => message.Data.TimeSpanOf("in_ms"));

    /// <summary>The session is ended by a policy, the backend or the operator, and why: <c>replaced</c>, for example. The client does not come back.</summary>
    public IDisposable OnKicked(Action<string> handler) => On("kicked", handler, message => message.Data.TextOf("reason") ?? string.Empty);

    /// <summary>This client read too slowly, and messages were dropped.</summary>
    public IDisposable OnLagging(Action<Lag> handler) =>
        On("lagging", handler, message => new Lag((long)message.Data.NumberOf("dropped", long.MaxValue), message.Data.TextOf("lane") ?? string.Empty, message.Room));

    /// <summary>How much may be sent, at the beginning of a session and whenever it changes.</summary>
    public IDisposable OnBudget(Action<Budget> handler) => On("budget", handler, message => new Budget(
        message.Data.TextOf("lane") ?? string.Empty, (long)message.Data.NumberOf("rps", long.MaxValue), (long)message.Data.NumberOf("burst", long.MaxValue)));

    /// <summary>The gateway refused something that nobody waits for, a message of <see cref="ExtLane.TrySend"/> for example.</summary>
    public IDisposable OnError(Action<WsPrismException> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return _ext.On("sys", "error", message =>
        {
            if (!message.HasId)
                handler(WsPrismException.Of(message));
        });
    }

    private IDisposable On<T>(string type, Action<T> handler, Func<Message, T> read)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return _ext.On("sys", type, message => handler(read(message)));
    }
}
