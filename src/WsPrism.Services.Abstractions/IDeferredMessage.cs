namespace WsPrism.Services;

/// <summary>
/// A message that its service has taken out of the line with <see cref="IExtContext.Defer"/>, to be answered later. Safe for all threads. Each one must be
/// resumed in the end, by a time-out at the latest: until then it takes one of its session's places.
/// </summary>
public interface IDeferredMessage
{
    /// <summary>
    /// Takes the message back into the line: <paramref name="act"/> runs once on the shard's thread, with a context of that message, and then the client is
    /// answered as after a call of <see cref="IExtService.OnMessage"/>. Where the session has ended meanwhile <paramref name="act"/> does not run.
    /// </summary>
    /// <returns>False where the message was resumed before; <paramref name="act"/> is not run then, so of an answer and a time-out the first counts.</returns>
    bool Resume(Action<IExtContext> act);
}
