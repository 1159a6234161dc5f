namespace WsPrism.Services;

/// <summary>
/// Handles the envelopes of one <c>svc</c> name. One instance serves all sessions of a tenant, from several shards at once: keep no mutable
/// state in it that is not safe for that. A call must not block; it runs on the shard's thread.
/// </summary>
public interface IExtService
{
    /// <summary>
    /// The <c>svc</c> name that routes to this service and that its events carry. A plugin leaves it out: it is called what the configuration says.
    /// </summary>
    string Name => string.Empty;

    /// <summary>
    /// Handles one message. Returning without a call of <see cref="IExtContext.Fail"/> accepts it; where the client asked for an answer it gets
    /// <c>sys.ack</c>. An exception becomes one <c>INTERNAL</c> for the sender.
    /// </summary>
    void OnMessage(in ExtMessage message, IExtContext context);
}
