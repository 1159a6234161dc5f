using System.Reflection;
using WsPrism.Gateway.Handshake;

namespace WsPrism.Gateway.Hosting;

/// <summary>What the client listener serves: <c>/v1/ws</c> and, outside of production, the page to try it.</summary>
internal sealed class ClientEndpoints
{
    private static readonly byte[] Page = ReadPage();

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
        _ => HandshakeAnswer.NotFound.WriteAsync(http),
    };

    private static async Task SendPageAsync(HttpResponse response)
    {
        response.ContentType = "text/html; charset=utf-8";
        response.ContentLength = Page.Length;
        response.Headers.CacheControl = "no-cache";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.ContentSecurityPolicy =
            "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self' ws: wss:; img-src data:; frame-ancestors 'none'";
        await response.Body.WriteAsync(Page);
    }

    private static byte[] ReadPage()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("demo.html")!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
