using System.Net;

namespace WsPrism.Backend.Tickets;

/// <summary>
/// HTTP as the gateway speaks it to addresses of the configuration, and to no others: redirects are not followed, and there are no proxies, cookies or headers
/// of somebody else's.
/// </summary>
internal static class OutboundHttp
{
    /// <summary>A client of its own for one address; whoever asks bounds the time.</summary>
    public static HttpClient CreateClient(int maxConnections) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        MaxConnectionsPerServer = maxConnections,
        MaxResponseHeadersLength = 16,

        // So that a change in the DNS is noticed.
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>The body, where it is not longer than this; null where it is. No more than that is held, whatever the other side sends or says that it sends.</summary>
    public static async Task<byte[]?> ReadBodyAsync(HttpResponseMessage response, int maxBytes, CancellationToken cancellation)
    {
        if (response.Content.Headers.ContentLength > maxBytes)
        {
            return null;
        }

        using var body = new MemoryStream();
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        var buffer = new byte[8_192];
        while (await stream.ReadAsync(buffer, cancellation).ConfigureAwait(false) is var read and > 0)
        {
            if (body.Length + read > maxBytes)
            {
                return null;
            }

            await body.WriteAsync(buffer.AsMemory(0, read), cancellation).ConfigureAwait(false);
        }

        return body.ToArray();
    }
}
