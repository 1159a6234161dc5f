namespace WsPrism.Backend.Link;

/// <summary>What a <see cref="LinkItem"/> is.</summary>
internal enum LinkItemKind : byte
{
    // From shards.
    Call,
    State,
    Reliable,
    Joined,
    Left,

    // From whoever reads from the wire.
    Credit,
    Answer,
    Drain,
    Mistake,
    Pong,
    PeerClosed,
    ProtocolError,

    // From elsewhere.
    Receipt,
    AnnounceDrain,
    Stop,
    Written,
    WireFailed,
}

/// <summary>Something for a worker's strand: a value, so that frames and notices allocate nothing.</summary>
internal readonly record struct LinkItem(LinkItemKind Kind, object? First = null, object? Second = null, long Number = 0, ulong Key = 0);
