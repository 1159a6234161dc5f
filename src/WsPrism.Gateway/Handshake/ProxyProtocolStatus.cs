namespace WsPrism.Gateway.Handshake;

/// <summary>What the first bytes of a connection are, as far as they tell.</summary>
internal enum ProxyProtocolStatus
{
    /// <summary>The beginning of a header, so far.</summary>
    NeedMore,

    /// <summary>No PROXY header: all bytes belong to the protocol that follows.</summary>
    Absent,

    /// <summary>A PROXY header that breaks the specification.</summary>
    Invalid,

    /// <summary>A whole header.</summary>
    Complete,
}
