using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using WsPrism.Core.Answers;

namespace WsPrism.Backend.Webhooks;

/// <summary>
/// Posts to one URL of the configuration, and nowhere else: no redirect is followed, no cookie kept, no proxy asked. How a request ends is a value.
/// Safe for all threads.
/// </summary>
internal sealed class WebhookClient : IDisposable
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private static readonly ProductInfoHeaderValue Agent = new("wsprism", typeof(WebhookClient).Assembly.GetName().Version!.ToString(3));

    private readonly HttpMessageInvoker _http;
    private readonly Uri _url;
    private readonly WebhookSigner _signer;
    private readonly TimeProvider _time;

    public WebhookClient(string url, WebhookSigner signer, int maxConnections, TimeSpan connectTimeout, TimeProvider time)
    {
        _url = new Uri(url);
        _signer = signer;
        _time = time;
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.None,
            MaxConnectionsPerServer = maxConnections,
            ConnectTimeout = connectTimeout,

            // Names are looked up anew now and then: a backend moves.
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            MaxResponseHeadersLength = 16,
            MaxResponseDrainSize = 16_384,
            ResponseDrainTimeout = TimeSpan.FromSeconds(1),
            ActivityHeadersPropagator = null,
        });
    }

    /// <summary>Sends once; <paramref name="patience"/> ends it as <see cref="WebhookOutcome.Timeout"/>.</summary>
    public async Task<WebhookAnswer> PostAsync(WebhookRequest request, CancellationToken patience)
    {
        using var message = CreateMessage(request);
        try
        {
            using var response = await _http.SendAsync(message, patience).ConfigureAwait(false);
            var status = (int)response.StatusCode;
            return status is >= 200 and < 300
                ? await ReadAsync(response, status, patience).ConfigureAwait(false)
                : new WebhookAnswer(OutcomeOf(status), status);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            return new WebhookAnswer(WebhookOutcome.Timeout);
        }
        catch (OperationCanceledException)
        {
            // The handler's own time for connecting.
            return new WebhookAnswer(WebhookOutcome.Unreachable);
        }
        catch (HttpRequestException exception)
        {
            return new WebhookAnswer(IsUnreachable(exception) ? WebhookOutcome.Unreachable : WebhookOutcome.Broken);
        }
        catch (IOException)
        {
            return new WebhookAnswer(WebhookOutcome.Broken);
        }
    }

    public void Dispose() => _http.Dispose();

    private static WebhookOutcome OutcomeOf(int status) => status switch
    {
        >= 300 and < 400 => WebhookOutcome.Redirect,
        429 or 502 or 503 or 504 => WebhookOutcome.Unavailable,
        >= 400 and < 500 => WebhookOutcome.Refused,
        _ => WebhookOutcome.Failed,
    };

    private static bool IsUnreachable(HttpRequestException exception) =>
        exception.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError
        || exception.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused };

    private static async Task<WebhookAnswer> ReadAsync(HttpResponseMessage response, int status, CancellationToken patience)
    {
        if (response.Content.Headers.ContentLength > ServiceAnswer.MaxBytes)
        {
            return new WebhookAnswer(WebhookOutcome.TooLarge, status);
        }

        var stream = await response.Content.ReadAsStreamAsync(patience).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var body = new byte[(int)(response.Content.Headers.ContentLength ?? 1_024) + 1];
            for (var length = 0; ;)
            {
                var read = await stream.ReadAsync(body.AsMemory(length), patience).ConfigureAwait(false);
                if (read == 0)
                {
                    return new WebhookAnswer(WebhookOutcome.Ok, status, body.AsMemory(0, length));
                }

                length += read;
                if (length > ServiceAnswer.MaxBytes)
                {
                    return new WebhookAnswer(WebhookOutcome.TooLarge, status);
                }

                if (length == body.Length)
                {
                    Array.Resize(ref body, Math.Min(body.Length * 2, ServiceAnswer.MaxBytes + 1));
                }
            }
        }
    }

    // CloudEvents 1.0 in binary mode; a text in a header is percent-encoded where it is not plain ASCII.
    private static string Encode(string text)
    {
        var encoded = new StringBuilder(text.Length);
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            if (b is > 0x20 and < 0x7F and not (byte)'"' and not (byte)'%')
            {
                encoded.Append((char)b);
            }
            else
            {
                encoded.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
            }
        }

        return encoded.ToString();
    }

    private HttpRequestMessage CreateMessage(WebhookRequest request)
    {
        var nowS = _time.GetUtcNow().ToUnixTimeSeconds();
        var content = new ByteArrayContent(request.Body);
        content.Headers.ContentType = Json;
        var message = new HttpRequestMessage(HttpMethod.Post, _url) { Content = content };
        var headers = message.Headers;
        headers.UserAgent.Add(Agent);
        headers.Add("ce-specversion", "1.0");
        headers.Add("ce-id", request.Id);
        headers.Add("ce-source", $"/wsprism/tenants/{request.Tenant}");
        headers.Add("ce-type", request.Type);
        headers.Add("ce-subject", Encode(request.Subject));
        headers.Add("ce-time", request.Time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        headers.Add("Webhook-Id", request.Id);
        headers.Add("Webhook-Timestamp", nowS.ToString(CultureInfo.InvariantCulture));
        headers.Add("Webhook-Signature", _signer.Sign(request.Id, nowS, request.Body));
        return message;
    }
}
