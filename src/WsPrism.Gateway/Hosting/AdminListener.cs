using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace WsPrism.Gateway.Hosting;

/// <summary>What the admin listener has of its own: its certificate, HTTP/2, and bounds that keep its callers from costing the sessions anything.</summary>
internal sealed class AdminListener(ServerCertificate? certificate, TimeProvider time)
{
    /// <summary>Connections at once: each is a descriptor that a session could have.</summary>
    public const int MaxConnections = 1_024;

    // Requests of one HTTP/2 connection at once; more than one key may have.
    private const int MaxStreams = 100;

    private static readonly MinDataRate MinRate = new(bytesPerSecond: 240, TimeSpan.FromSeconds(5));

    public void Configure(ListenOptions endpoint)
    {
        endpoint.Protocols = HttpProtocols.Http1AndHttp2;
        if (certificate is not null)
        {
            certificate.Secure(endpoint, _ => { });
        }
        else
        {
            endpoint.Use(new PriorKnowledge(time).Wrap);
            endpoint.KestrelServerOptions.AllowAlternateSchemes = true;
        }

        var limits = endpoint.KestrelServerOptions.Limits;
        limits.MaxConcurrentConnections = MaxConnections;
        limits.MinRequestBodyDataRate = MinRate;
        limits.MinResponseDataRate = MinRate;
        limits.Http2.MaxStreamsPerConnection = MaxStreams;
    }
}
