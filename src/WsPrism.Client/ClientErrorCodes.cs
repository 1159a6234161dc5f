namespace WsPrism.Client;

/// <summary>Codes of <see cref="WsPrismException"/> that this client gives by itself: nothing of them came over the wire. All others are the gateway's.</summary>
public static class ClientErrorCodes
{
    /// <summary>No answer came within the request's time. It may be acted on all the same.</summary>
    public const string RequestTimeout = "REQUEST_TIMEOUT";

    /// <summary>As much waits as may wait: nothing was taken.</summary>
    public const string BufferFull = "BUFFER_FULL";

    /// <summary>The message is longer than the gateway's <c>max_frame_bytes</c>: it was not sent.</summary>
    public const string FrameTooLarge = "FRAME_TOO_LARGE";

    /// <summary>
    /// The session ended before the answer came: whether the message was acted on nobody knows. Look, or mark requests that may happen twice as
    /// <see cref="Ext.RequestOptions.Repeatable"/>.
    /// </summary>
    public const string SessionLost = "SESSION_LOST";

    /// <summary>There is no connection now, and this is not kept for later.</summary>
    public const string Offline = "OFFLINE";

    /// <summary>The client is closed, or was never connected.</summary>
    public const string Closed = "CLOSED";

    internal static bool Contains(string code) => code is RequestTimeout or BufferFull or FrameTooLarge or SessionLost or Offline or Closed;
}
