using System.Net;
using WsPrism.Transports.EventLoops;

namespace WsPrism.Gateway.Handshake;

/// <summary>A client that asks for <c>/v1/ws</c>.</summary>
internal sealed class HttpApplicant(HttpContext http, ClientAddress addresses) : IApplicant
{
    public string Transport => "websocket";

    public IPAddress Address => addresses.Of(http);

    public string Origin => http.Request.Headers.Origin.ToString();

    public bool WantsSeat => HandshakeRequest.IsUpgrade(http);

    // Kestrel is told of a client on a loop that has only finished speaking when it is asked to read: it may still want its answer.
    public CancellationToken Gone => http.Features.Get<HttpPhase>() is { } phase ? phase.InputEnded : http.RequestAborted;

    public bool TryReadCredentials(out Credentials credentials) => HandshakeRequest.TryRead(http.Request, out credentials);
}
