using Microsoft.AspNetCore.Http.Features;
using WsPrism.Transports.EventLoops;
using WsPrism.Transports.WebSockets;

namespace WsPrism.Gateway.Handshake;

/// <summary>
/// <c>GET /v1/ws</c>: the checks of PROTOCOL §2 in their order, then the upgrade, then the session until it ends. Asked without an upgrade it runs the same
/// checks, takes nothing, and answers 426.
/// </summary>
internal sealed class HandshakeEndpoint
{
    private readonly Admission _admission;
    private readonly SessionOpener _opener;
    private readonly ClientAddress _addresses;

    public HandshakeEndpoint(Admission admission, SessionOpener opener, TrustedProxies trusted)
    {
        _admission = admission;
        _opener = opener;
        _addresses = new ClientAddress(trusted);
    }

    public async Task HandleAsync(HttpContext http)
    {
        AllowOrigin(http);
        if (HttpMethods.IsOptions(http.Request.Method))
        {
            AnswerPreflight(http.Response);
            return;
        }

        var applicant = new HttpApplicant(http, _addresses);
        var verdict = HttpMethods.IsGet(http.Request.Method) || IsExtendedConnect(http)
            ? await _admission.DecideAsync(applicant)
            : _admission.Refuse(applicant.Transport, HandshakeAnswer.WrongMethod);
        if (verdict.IsAdmitted)
        {
            await UpgradeAsync(http, verdict);
            return;
        }

        if (verdict.Answer == HandshakeAnswer.Gone)
        {
            http.Abort();
            return;
        }

        if (verdict.Answer == HandshakeAnswer.NotAllowed)
        {
            // PROTOCOL §2: what a page may read follows the tenant's origins.
            http.Response.Headers.AccessControlAllowOrigin = default;
        }

        await verdict.Answer.WriteAsync(http, verdict.RetryAfter);
    }

    private async Task UpgradeAsync(HttpContext http, HandshakeVerdict admitted)
    {
        var tenant = admitted.Tenant!;
        Stream stream;
        var deflate = false;
        try
        {
            var headers = http.Response.Headers;
            if (HandshakeRequest.OffersWsPrism(http.Request))
            {
                headers.SecWebSocketProtocol = SubProtocols.WsPrism;
            }

            if (tenant.Snapshot.Config.Policy.Compression
                && PerMessageDeflateNegotiator.TryNegotiate(http.Request.Headers.SecWebSocketExtensions.ToString(), out var extensions))
            {
                headers.SecWebSocketExtensions = extensions;
                deflate = true;
            }

            stream = await AcceptAsync(http);
        }
        catch (Exception)
        {
            // The client vanished before the answer.
            admitted.GiveUp();
            http.Abort();
            return;
        }

        var framing = new WebSocketFraming(tenant.Snapshot.Config.Limits.MaxFrameBytes, deflate);
        var address = _addresses.Of(http).ToString();
        if (http.Features.Get<HttpPhase>() is { } phase && !HttpMethods.IsConnect(http.Request.Method))
        {
            // Kestrel is done with the connection when this returns; the loop takes the socket over.
            phase.TakeOver(socket => _opener.Open(socket, admitted, framing, address), admitted.GiveUp);
            return;
        }

        await using (stream)
        {
            await _opener.RunAsync(stream, admitted, framing, address, http.Abort);
        }
    }

    private static async Task<Stream> AcceptAsync(HttpContext http)
    {
        // A session has no size and no minimum rate: its own limits rule it.
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }

        if (IsExtendedConnect(http))
        {
            return await http.Features.GetRequiredFeature<IHttpExtendedConnectFeature>().AcceptAsync();
        }

        WebSocketHandshake.TryComputeAccept(http.Request.Headers.SecWebSocketKey.ToString(), out var accept);
        http.Response.Headers.Connection = "Upgrade";
        http.Response.Headers.Upgrade = "websocket";
        http.Response.Headers.SecWebSocketAccept = accept;
        return await http.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
    }

    private static bool IsExtendedConnect(HttpContext http) =>
        http.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true, Protocol: "websocket" };

    // Lets a page read why it was refused. No cookies are involved, and the answer is the same for a tenant that does not exist.
    private static void AllowOrigin(HttpContext http)
    {
        if (http.Request.Headers.Origin is [{ Length: > 0 } origin])
        {
            http.Response.Headers.AccessControlAllowOrigin = origin;
            http.Response.Headers.AccessControlExposeHeaders = "Retry-After";
            http.Response.Headers.Vary = "Origin";
        }
    }

    private static void AnswerPreflight(HttpResponse response)
    {
        response.StatusCode = StatusCodes.Status204NoContent;
        response.Headers.AccessControlAllowMethods = "GET";
        response.Headers.AccessControlAllowHeaders = "Authorization";
        response.Headers.AccessControlMaxAge = "600";
    }
}
