namespace WsPrism.Transports.Tcp;

/// <summary>How far a client's first line has come.</summary>
internal enum TcpHandshakeStatus
{
    /// <summary>It is not whole.</summary>
    NeedMore,

    /// <summary>The line is whole, and the decision is somebody else's: it comes later.</summary>
    Deciding,

    /// <summary>The client is told why, and the connection ends.</summary>
    Refused,

    /// <summary>The client is in: a session can begin, and a seat is taken for it.</summary>
    Admitted,
}
