namespace WsPrism.Core.Delivery;

/// <summary>How one message ended for one receiver (PROTOCOL §5); each accepted message has exactly one fate.</summary>
internal enum Fate : byte
{
    /// <summary>Handed to the transport.</summary>
    Delivered,

    /// <summary>Replaced by a newer state of the same key while it waited.</summary>
    Conflated,

    /// <summary>Older than its time to live when its turn came.</summary>
    Expired,

    /// <summary>There was no room for it in the queue.</summary>
    Overflow,

    /// <summary>Still waiting when the session ended.</summary>
    SessionClosed,
}
