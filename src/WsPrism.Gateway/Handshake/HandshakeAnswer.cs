using System.Globalization;
using System.Text.Json;

namespace WsPrism.Gateway.Handshake;

/// <summary>How a handshake was answered: the status, the stable code and a short text (PROTOCOL §2).</summary>
internal sealed record HandshakeAnswer(int Status, string Code, string Message)
{
    public static readonly HandshakeAnswer Upgraded = new(101, "UPGRADED", string.Empty);
    public static readonly HandshakeAnswer NotFound = new(404, "BAD_REQUEST", "There is nothing at this path; clients connect at /v1/ws.");
    public static readonly HandshakeAnswer WrongMethod = new(405, "BAD_REQUEST", "/v1/ws wants GET.");
    public static readonly HandshakeAnswer TooSlow = new(408, "TIMEOUT", "The first line did not come in time.");
    public static readonly HandshakeAnswer Draining = new(503, "DRAINING", "The gateway is going away; connect elsewhere.");
    public static readonly HandshakeAnswer RateLimited = new(429, "RATE_LIMITED", "Too many handshakes; wait.");
    public static readonly HandshakeAnswer BadRequest = new(400, "BAD_REQUEST", "Give tenant, and one ticket: as query parameter, as bearer token or as ticket.<ticket> in Sec-WebSocket-Protocol.");
    public static readonly HandshakeAnswer NotAllowed = new(403, "NOT_ALLOWED", "This origin may not connect.");
    public static readonly HandshakeAnswer NotAdmitted = new(403, "NOT_ALLOWED", "The tenant does not let this user in.");
    public static readonly HandshakeAnswer BackendSilent = new(503, "SERVICE_UNAVAILABLE", "Nobody can say now whether this user may come in; wait.");
    public static readonly HandshakeAnswer AuthFailed = new(401, "AUTH_FAILED", "Tenant or ticket is not valid.");
    public static readonly HandshakeAnswer Full = new(503, "RESOURCE_EXHAUSTED", "The tenant has as many sessions as it may have; wait.");
    public static readonly HandshakeAnswer Gone = new(499, "GONE", string.Empty);
    public static readonly HandshakeAnswer Unavailable = new(503, "SERVICE_UNAVAILABLE", "Nobody can say now whether the ticket is valid; wait.");
    public static readonly HandshakeAnswer TooManyWait = new(503, "RESOURCE_EXHAUSTED", "Too many handshakes wait for an answer; wait.");
    public static readonly HandshakeAnswer UpgradeRequired = new(426, "UPGRADE_REQUIRED", "Everything else is right: connect with a WebSocket upgrade, RFC 6455, version 13.");

    // The texts are ours and go nowhere near HTML: no need to escape what only HTML minds.
    private static readonly JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary><c>Retry-After</c>: whole seconds, 1 at least.</summary>
    public static int Seconds(TimeSpan retryAfter) => Math.Max(1, (int)Math.Ceiling(retryAfter.TotalSeconds));

    /// <summary>Sends the answer.</summary>
    public async Task WriteAsync(HttpContext http, TimeSpan? retryAfter = null)
    {
        var response = http.Response;
        response.StatusCode = Status;
        response.ContentType = "application/json";
        response.Headers.CacheControl = "no-store";
        if (retryAfter is { } wait)
        {
            response.Headers.RetryAfter = Seconds(wait).ToString(CultureInfo.InvariantCulture);
        }

        if (Status == 405)
        {
            response.Headers.Allow = "GET";
        }

        if (Status == 426)
        {
            response.Headers.SecWebSocketVersion = "13";

            // RFC 9113 §8.2.2: HTTP/2 has no such header.
            if (HttpProtocol.IsHttp11(http.Request.Protocol) || HttpProtocol.IsHttp10(http.Request.Protocol))
            {
                response.Headers.Upgrade = "websocket";
            }
        }

        var body = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["code"] = Code, ["msg"] = Message }, Plain);
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body);
    }
}
