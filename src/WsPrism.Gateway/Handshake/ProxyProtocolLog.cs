using System.Net;

namespace WsPrism.Gateway.Handshake;

/// <summary>What is logged of PROXY headers, on whatever path they are read.</summary>
internal static partial class ProxyProtocolLog
{
    [LoggerMessage(1, LogLevel.Information, "A connection from the trusted proxy {Peer} began with a PROXY header that is wrong; it is closed.")]
    public static partial void Invalid(ILogger logger, IPAddress peer);
}
