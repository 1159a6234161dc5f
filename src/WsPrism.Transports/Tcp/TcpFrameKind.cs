namespace WsPrism.Transports.Tcp;

/// <summary>What a frame of the TCP transport is. The numbers are those of the WebSocket opcodes that mean the same.</summary>
internal enum TcpFrameKind : byte
{
    /// <summary>A message of the Ext lane, UTF-8.</summary>
    Ext = 1,

    /// <summary>A message of the Hot lane.</summary>
    Hot = 2,

    /// <summary>The end: nothing, or a code (u16, little-endian) and a reason in UTF-8.</summary>
    Close = 8,

    /// <summary>A heartbeat, to be answered with a pong of the same payload.</summary>
    Ping = 9,

    /// <summary>The answer to a heartbeat.</summary>
    Pong = 10,
}
