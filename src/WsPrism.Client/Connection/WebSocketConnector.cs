using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Text.Json;
using WsPrism.Client.Ext;

namespace WsPrism.Client.Connection;

// The platform's WebSocket and HTTP. Stateless but for the shared HttpClient, which is thread-safe.
internal sealed class WebSocketConnector : IConnector
{
    private const int MaxAnswerBytes = 4096;

    // A redirect would carry the ticket elsewhere.
    private static readonly HttpMessageInvoker SharedHttp = new(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false });

    private readonly ClientOptions _options;

    public WebSocketConnector(ClientOptions options) => _options = options;

    public async Task<ITransport> ConnectAsync(Uri uri, string ticket, CancellationToken cancellation)
    {
        var socket = new ClientWebSocket();
        try
        {
            socket.Options.AddSubProtocol("wsprism.v1");
            if (_options.TicketPlace == TicketPlace.Header)
                socket.Options.SetRequestHeader("Authorization", "Bearer " + ticket);
            else if (_options.TicketPlace == TicketPlace.SubProtocol)
                socket.Options.AddSubProtocol("ticket." + ticket);
#if !NETSTANDARD2_1
            if (_options.Compression)
                socket.Options.DangerousDeflateOptions = new WebSocketDeflateOptions { ClientContextTakeover = false, ServerContextTakeover = false };
#endif
#if NETSTANDARD2_1
            _options.ConfigureSocket?.Invoke(socket.Options);
            await socket.ConnectAsync(uri, cancellation).ConfigureAwait(false);
            return new WebSocketTransport(socket);
#else
            var proxy = OperatingSystem.IsBrowser() ? null : socket.Options.Proxy;
            _options.ConfigureSocket?.Invoke(socket.Options);
            if (!MayGather(socket.Options, proxy))
            {
                await socket.ConnectAsync(uri, cancellation).ConfigureAwait(false);
                return new WebSocketTransport(socket, null);
            }

            var handler = new GatheringHandler();
            using var invoker = new HttpMessageInvoker(handler);
            await socket.ConnectAsync(uri, invoker, cancellation).ConfigureAwait(false);
            return new WebSocketTransport(socket, handler.Stream);
#endif
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

#if !NETSTANDARD2_1
    // What is of the connection below and not of the WebSocket the platform takes into account only where it makes that connection by itself.
    private static bool MayGather(ClientWebSocketOptions options, System.Net.IWebProxy? defaultProxy) =>
        !OperatingSystem.IsBrowser() && ReferenceEquals(options.Proxy, defaultProxy) && options is
        {
            UseDefaultCredentials: false, Credentials: null, Cookies: null, ClientCertificates.Count: 0, RemoteCertificateValidationCallback: null
        };

#endif
    public async Task<Refusal?> AskAsync(Uri uri, string ticket, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, GatewayAddress.Plain(uri));
        if (_options.TicketPlace == TicketPlace.Header)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", ticket);
        else if (_options.TicketPlace == TicketPlace.SubProtocol)
            request.Headers.TryAddWithoutValidation("Sec-WebSocket-Protocol", "wsprism.v1, ticket." + ticket);

        try
        {
            using var response = await (_options.Http ?? SharedHttp).SendAsync(request, cancellation).ConfigureAwait(false);
            var code = await ReadCodeAsync(response, cancellation).ConfigureAwait(false);
            return new Refusal((int)response.StatusCode, code, RetryAfterOf(response));
        }
        catch (Exception)
        {
            // Nobody is there, or the application's own invoker failed: why the upgrade did is not to be known.
            return null;
        }
    }

    private TimeSpan? RetryAfterOf(HttpResponseMessage response)
    {
        var header = response.Headers.RetryAfter;
        return header?.Delta ?? (header?.Date is { } date ? date - _options.Time.GetUtcNow() : null);
    }

    private static async Task<string?> ReadCodeAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        // An invoker, other than a client, leaves the body where it is: no more is read than is looked at.
#if NETSTANDARD2_1
        using var stream = await response.Content.ReadAsStreamAsync().ConfigureAwait(false);
#else
        using var stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
#endif
        var body = new byte[MaxAnswerBytes];
        var length = 0;
        while (length < body.Length)
        {
            var count = await stream.ReadAsync(body.AsMemory(length), cancellation).ConfigureAwait(false);
            if (count == 0)
                break;
            length += count;
        }

        try
        {
            using var document = JsonDocument.Parse(body.AsMemory(0, length));
            return document.RootElement.TextOf("code");
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
