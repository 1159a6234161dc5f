using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace WsPrism.Edge.Tests.Support;

/// <summary>One way to a gateway: HTTP version, TLS or not, Unix socket or TCP, with a PROXY header ahead or without.</summary>
internal sealed class Wire : IDisposable
{
    private readonly string _host;
    private readonly bool _tls;
    private int _connections;

    public Wire(GatewayRun gateway, Version version, bool tls, byte[]? before = null)
    {
        var address = gateway.Host.ClientAddress;
        var unix = address.StartsWith("unix:", StringComparison.Ordinal) ? address[5..] : null;
        (_host, _tls, Version) = (unix is null ? address : "localhost", tls, version);
        Handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, certificate, chain, _) => OnCertificate(certificate, chain) },
            ConnectCallback = async (context, cancellation) =>
            {
                Interlocked.Increment(ref _connections);
                EndPoint endpoint = unix is null ? context.DnsEndPoint : new UnixDomainSocketEndPoint(unix);
                var socket = unix is null ? new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true } : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(endpoint, cancellation);
                var stream = new NetworkStream(socket, ownsSocket: true);
                if (before is not null)
                    await stream.WriteAsync(before, cancellation);
                return stream;
            },
        };
        Invoker = new HttpMessageInvoker(Handler, disposeHandler: false);
    }

    public Version Version { get; }

    public SocketsHttpHandler Handler { get; }

    public HttpMessageInvoker Invoker { get; }

    /// <summary>Connections made so far.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Names of the certificates that the server sent beside its own.</summary>
    public List<string> Chain { get; } = [];

    public Uri WebSocketUri(string path) => new($"{(_tls ? "wss" : "ws")}://{_host}{path}");

    /// <summary>A plain request in this wire's version.</summary>
    public async Task<(int Status, string Body, HttpResponseMessage Response)> GetAsync(string path, Action<HttpRequestMessage>? with = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{(_tls ? "https" : "http")}://{_host}{path}") { Version = Version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        with?.Invoke(request);
        var response = await Invoker.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response);
    }

    public void Dispose()
    {
        Invoker.Dispose();
        Handler.Dispose();
    }

    private bool OnCertificate(System.Security.Cryptography.X509Certificates.X509Certificate? certificate, System.Security.Cryptography.X509Certificates.X509Chain? chain)
    {
        lock (Chain)
            Chain.AddRange(chain!.ChainPolicy.ExtraStore.Select(extra => extra.Subject).Where(name => name != certificate!.Subject));
        return true;
    }
}
