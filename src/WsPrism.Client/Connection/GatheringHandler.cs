#if !NETSTANDARD2_1
using System.Net;

namespace WsPrism.Client.Connection;

// Puts a GatheringStream between a WebSocket and the connection that its upgrade leads to. One for each connect.
internal sealed class GatheringHandler : DelegatingHandler
{
    // Shared, for it keeps nothing: with a lifetime of zero no connection is used twice.
    private static readonly HttpMessageHandler Connections = new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero, UseCookies = false };

    public GatheringHandler()
        : base(Connections)
    {
    }

    /// <summary>The stream of the WebSocket; null before there is one, and over HTTP/2, which gathers by itself.</summary>
    public GatheringStream? Stream { get; private set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.SwitchingProtocols)
        {
            Stream = new GatheringStream(await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false));
            response.Content = new Connection(Stream);
        }

        return response;
    }

    // Not the handler below, which others use.
    protected override void Dispose(bool disposing) => base.Dispose(false);

    private sealed class Connection(GatheringStream stream) : HttpContent
    {
        protected override Stream CreateContentReadStream(CancellationToken cancellationToken) => stream;

        protected override Task<Stream> CreateContentReadStreamAsync() => Task.FromResult<Stream>(stream);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => throw new NotSupportedException();

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                stream.Dispose();

            base.Dispose(disposing);
        }
    }
}
#endif
