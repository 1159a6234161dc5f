using System.Net.Security;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using WsPrism.Gateway.Handshake;

namespace WsPrism.Gateway.Hosting;

/// <summary>What the client listeners have that the admin listener has not: the PROXY protocol and TLS; behind it HTTP/2, or the TCP transport.</summary>
internal sealed class ClientListener
{
    // Twice what a session's largest read takes; the connection's window holds all streams' windows, so that one which is paused stops no other.
    private const int StreamWindow = 65_536;

    // More than the longest writer_send_timeout_ms, which a reload may change.
    private static readonly TimeSpan WriteGrace = TimeSpan.FromSeconds(65);

    private static readonly SslApplicationProtocol Alpn = new("wsprism/1");

    private readonly ServerCertificate? _certificate;
    private readonly ProxyProtocolMiddleware _proxyProtocol;

    public ClientListener(ServerCertificate? certificate, TrustedProxies trusted, TimeProvider time, ILoggerFactory loggers)
    {
        _certificate = certificate;
        _proxyProtocol = new ProxyProtocolMiddleware(trusted, time, loggers.CreateLogger("WsPrism.Handshake"));
    }

    public void ConfigureHttp(ListenOptions endpoint)
    {
        // HTTP/2 only behind TLS, where ALPN settles it; in the clear it would shut out HTTP/1.1 clients.
        endpoint.Protocols = _certificate is null ? HttpProtocols.Http1 : HttpProtocols.Http1AndHttp2;
        Secure(endpoint, _ => { });

        // A session that does not take what it is sent is the session's affair (writer_send_timeout_ms); Kestrel's own rule must not be quicker.
        var limits = endpoint.KestrelServerOptions.Limits;
        limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 240, WriteGrace);
        limits.Http2.InitialStreamWindowSize = StreamWindow;
        limits.Http2.InitialConnectionWindowSize = StreamWindow * limits.Http2.MaxStreamsPerConnection;
    }

    public void ConfigureTcp(ListenOptions endpoint, TcpEndpoint clients)
    {
        // A client that names protocols must mean this one: what was made for an HTTP server is not to end up here.
        Secure(endpoint, https => https.OnAuthenticate = static (_, options) => options.ApplicationProtocols = [Alpn]);
        endpoint.Run(clients.HandleAsync);
    }

    private void Secure(ListenOptions endpoint, Action<HttpsConnectionAdapterOptions> configure)
    {
        endpoint.Use(_proxyProtocol.Wrap);
        _certificate?.Secure(endpoint, configure);
    }
}
