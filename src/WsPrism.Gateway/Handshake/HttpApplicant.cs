using System.Net;

namespace WsPrism.Gateway.Handshake;

/// <summary>A client that asks for <c>/v1/ws</c>.</summary>
internal sealed class HttpApplicant(HttpContext http, ClientAddress addresses) : IApplicant
{
    public string Transport => "websocket";

    public IPAddress Address => addresses.Of(http);

    public string Origin => http.Request.Headers.Origin.ToString();

    public bool WantsSeat => HandshakeRequest.IsUpgrade(http);

    public CancellationToken Gone => http.RequestAborted;

    public bool TryReadCredentials(out Credentials credentials) => HandshakeRequest.TryRead(http.Request, out credentials);
}
