using System.Reflection;
using WsPrism.Gateway.Handshake;

namespace WsPrism.Gateway.Hosting;

/// <summary>What the client listener serves: <c>/v1/ws</c> and, outside of production, the page to try it with the client library that it uses.</summary>
internal sealed class ClientEndpoints
{
    private static readonly byte[] Page = Read("demo.html");
    private static readonly byte[] Library = Read("wsprism.js");

    private readonly HandshakeEndpoint _handshake;
    private volatile bool _servesPage;

    public ClientEndpoints(HandshakeEndpoint handshake, bool servesPage)
    {
        _handshake = handshake;
        _servesPage = servesPage;
    }

    /// <summary>Whether the page is there.</summary>
    public bool ServesPage
    {
        set => _servesPage = value;
    }

    public Task HandleAsync(HttpContext http) => http.Request.Path.Value switch
    {
        "/v1/ws" => _handshake.HandleAsync(http),
        "/" when _servesPage && HttpMethods.IsGet(http.Request.Method) => SendPageAsync(http.Response),
        "/wsprism.js" when _servesPage && HttpMethods.IsGet(http.Request.Method) => SendLibraryAsync(http.Response),
        _ => HandshakeAnswer.NotFound.WriteAsync(http),
    };

    private static Task SendPageAsync(HttpResponse response)
    {
        response.Headers.ContentSecurityPolicy =
            "default-src 'none'; style-src 'unsafe-inline'; script-src 'self' 'unsafe-inline'; connect-src 'self' ws: wss:; img-src data:; frame-ancestors 'none'";
        return SendAsync(response, Page, "text/html; charset=utf-8");
    }

    // Any page of the developer's may import it, whatever serves that page.
    private static Task SendLibraryAsync(HttpResponse response)
    {
        response.Headers.AccessControlAllowOrigin = "*";
        return SendAsync(response, Library, "text/javascript; charset=utf-8");
    }

    private static async Task SendAsync(HttpResponse response, byte[] content, string type)
    {
        response.ContentType = type;
        response.ContentLength = content.Length;
        response.Headers.CacheControl = "no-cache";
        response.Headers.XContentTypeOptions = "nosniff";
        await response.Body.WriteAsync(content);
    }

    private static byte[] Read(string resource)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
