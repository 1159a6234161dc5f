namespace WsPrism.Core.Delivery;

/// <summary>What a frame is on the wire; each transport has its own code for it.</summary>
internal enum FrameKind : byte
{
    /// <summary>An envelope of the Ext lane.</summary>
    Text,

    /// <summary>A frame of the Hot lane.</summary>
    Binary,

    /// <summary>A heartbeat that asks for a pong.</summary>
    Ping,

    /// <summary>The answer to a heartbeat.</summary>
    Pong,

    /// <summary>The end: a u16 code in network order and a reason in UTF-8. Nothing follows it.</summary>
    Close,
}
