using System.Reflection;
using WsPrism.Gateway.Handshake;

namespace WsPrism.Gateway.Hosting;

/// <summary>What the client listener serves: <c>/v1/ws</c> and, outside of production, the page to try it with the client library that it uses.</summary>
internal sealed class ClientEndpoints
{
    private static readonly byte[] Page = Read("index.html");
    private static readonly byte[] Script = Read("demo.js");
    private static readonly byte[] View = Read("demo-view.js");
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
        var path when _servesPage && HttpMethods.IsGet(http.Request.Method) => path switch
        {
            "/" => SendPageAsync(http.Response),
            "/demo.js" => SendScriptAsync(http.Response, Script),
            "/demo-view.js" => SendScriptAsync(http.Response, View),
            "/wsprism.js" => SendLibraryAsync(http.Response),
            _ => HandshakeAnswer.NotFound.WriteAsync(http),
        },
        _ => HandshakeAnswer.NotFound.WriteAsync(http),
    };

    private static Task SendPageAsync(HttpResponse response)
    {
        response.Headers.ContentSecurityPolicy =
            "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self' ws: wss:; img-src data:; frame-ancestors 'none'";
        return SendAsync(response, Page, "text/html; charset=utf-8");
    }

    // Any page of the developer's may import it, whatever serves that page.
    private static Task SendLibraryAsync(HttpResponse response)
    {
        response.Headers.AccessControlAllowOrigin = "*";
        return SendScriptAsync(response, Library);
    }

    private static Task SendScriptAsync(HttpResponse response, byte[] content) => SendAsync(response, content, "text/javascript; charset=utf-8");

    private static async Task SendAsync(HttpResponse response, byte[] content, string type)
    {
        response.ContentType = type;
        response.ContentLength = content.Length;
        response.Headers.CacheControl = "no-cache";
        response.Headers.XContentTypeOptions = "nosniff";
        await response.Body.WriteAsync(content);
    }

    private static byte[] Read(string file)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("Demo/" + file)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
