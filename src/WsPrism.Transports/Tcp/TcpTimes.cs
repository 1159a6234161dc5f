namespace WsPrism.Transports.Tcp;

/// <summary>How long a connection may be without a session, on loops and streams alike.</summary>
internal static class TcpTimes
{
    /// <summary>For the first line, and on a loop for a PROXY header before it; as long as Kestrel is told to wait for a request's headers.</summary>
    public static readonly TimeSpan Handshake = TimeSpan.FromSeconds(10);

    /// <summary>
    /// For a refused client to read why. What it still sends is read away meanwhile: a socket that is closed with unread bytes sends a reset, which can
    /// destroy at the other end what was not read there yet.
    /// </summary>
    public static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(200);
}
