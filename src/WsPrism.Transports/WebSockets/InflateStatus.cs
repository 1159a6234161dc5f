namespace WsPrism.Transports.WebSockets;

/// <summary>What became of a compressed message.</summary>
internal enum InflateStatus
{
    Inflated,

    /// <summary>It would be longer than allowed; nothing past the limit was inflated.</summary>
    TooBig,

    /// <summary>It is not DEFLATE data, or ends inside of it.</summary>
    Invalid,
}
