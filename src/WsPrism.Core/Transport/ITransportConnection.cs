using WsPrism.Core.Sessions;

namespace WsPrism.Core.Transport;

/// <summary>
/// The wire of one session, as the core sees it: it can be asked to take what waits in the outbox, and to go. All members are called on the
/// shard's thread and none blocks. Framing, sockets and encryption are behind it.
/// </summary>
internal interface ITransportConnection
{
    /// <summary>Name for logs and metrics: <c>websocket</c>, <c>tcp</c>, <c>memory</c>.</summary>
    string TransportName { get; }

    /// <summary>The client's address for logs, port left out.</summary>
    string RemoteAddress { get; }

    /// <summary>True while the wire has not taken what it was last given: what waits in the outbox now is waiting for a slow consumer.</summary>
    bool IsCongested { get; }

    /// <summary>
    /// Takes from the outbox what the wire takes now. False where that is only collected for a write of many connections: until the end of the shard's flush, or
    /// <see cref="Commit"/>, the outbox must not change.
    /// </summary>
    bool Flush();

    /// <summary>Has what was collected written now, so that the outbox may change again. Nothing where nothing was.</summary>
    void Commit();

    /// <summary>
    /// Tries the wire once more although it was congested when last tried, for what would otherwise be done to the session as a slow consumer. Does nothing
    /// where a write is under way.
    /// </summary>
    void Retry();

    /// <summary>
    /// Is another session's from here on, of the same shard: takes from its outbox and tells it what happens. The one before, which lets go of the wire, hears nothing
    /// more. Called with nothing collected (<see cref="Commit"/>).
    /// </summary>
    void Serve(Session session);

    /// <summary>Goes at once, whatever is pending. <see cref="IConnectionHandler.OnClosed"/> follows, in this call or later.</summary>
    void Abort();
}
