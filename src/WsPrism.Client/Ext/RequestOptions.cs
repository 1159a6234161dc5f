namespace WsPrism.Client.Ext;

/// <summary>How a request is to be treated.</summary>
public sealed class RequestOptions
{
    /// <summary>How long to wait for the answer, reconnects included; <see cref="ClientOptions.RequestTimeout"/> where it is null.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>
    /// Whether it may happen twice. Such a request is sent again when its session was lost before the answer came; another one fails with
    /// <see cref="ClientErrorCodes.SessionLost"/>. A session that is resumed needs none of this: there each happens once.
    /// </summary>
    public bool Repeatable { get; init; }

    /// <summary>How often it is sent again, after the time that the gateway says, when it is refused with <c>RATE_LIMITED</c>. 0.</summary>
    public int RateLimitRetries { get; init; }

    /// <summary>Whether it is the client's own, to be sent before all that waits, and beyond the bounds for callers.</summary>
    internal bool GoesFirst { get; init; }

    /// <summary>What makes a lost session good again: settled by the gateway or by the end, and by no time-out, after which the client would have forgotten a room that it is in.</summary>
    internal static RequestOptions ToRestore { get; } = new() { GoesFirst = true, RateLimitRetries = 5, Timeout = System.Threading.Timeout.InfiniteTimeSpan };
}
