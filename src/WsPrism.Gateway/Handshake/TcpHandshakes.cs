using System.Net;

namespace WsPrism.Gateway.Handshake;

/// <summary>What the handshakes of all TCP clients have in common. Safe for all threads.</summary>
internal sealed class TcpHandshakes(Admission admission, SessionOpener opener, TrustedProxies trusted, ILogger logger)
{
    public Admission Admission => admission;

    public SessionOpener Opener => opener;

    public ILogger Logger => logger;

    /// <summary>For a client whose first bytes come straight from the socket, a trusted proxy's header among them.</summary>
    public TcpHandshake OfSocket(IPEndPoint? peer)
    {
        var address = TrustedProxies.AddressOf(peer);
        return new TcpHandshake(this, address, trusted.Contains(address));
    }

    /// <summary>For a client behind <see cref="ProxyProtocolMiddleware"/>, which has taken the header off.</summary>
    public TcpHandshake OfConnection(EndPoint? client) => new(this, TrustedProxies.AddressOf(client), awaitsProxyHeader: false);
}
