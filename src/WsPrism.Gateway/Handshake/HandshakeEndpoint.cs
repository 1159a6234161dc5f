using Microsoft.AspNetCore.Http.Features;
using WsPrism.Core;
using WsPrism.Core.Sessions;
using WsPrism.Core.Tenants;
using WsPrism.Transports.EventLoops;
using WsPrism.Transports.Streams;
using WsPrism.Transports.WebSockets;

namespace WsPrism.Gateway.Handshake;

/// <summary>
/// <c>GET /v1/ws</c>: the checks of PROTOCOL §2 in their order, then the upgrade, then the session until it ends. Asked without an upgrade it runs the same
/// checks, takes nothing, and answers 426.
/// </summary>
internal sealed class HandshakeEndpoint
{
    // When a full tenant or a draining gateway may be worth another try; nobody can know.
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private readonly GatewayNode _node;
    private readonly HandshakeCounters _counters;
    private readonly ClientAddress _addresses;

    public HandshakeEndpoint(GatewayNode node, HandshakeCounters counters, TrustedProxies trusted)
    {
        _node = node;
        _counters = counters;
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

        var (answer, retryAfter) = Check(http, out var tenant, out var identity, out var request);
        _counters.Count(tenant?.Id, answer);
        if (answer == HandshakeAnswer.Upgraded)
        {
            await UpgradeAsync(http, tenant!, identity!, request);
        }
        else
        {
            if (answer == HandshakeAnswer.NotAllowed)
            {
                // PROTOCOL §2: what a page may read follows the tenant's origins.
                http.Response.Headers.AccessControlAllowOrigin = default;
            }

            await answer.WriteAsync(http, retryAfter);
        }
    }

    private (HandshakeAnswer Answer, TimeSpan? RetryAfter) Check(
        HttpContext http, out Tenant? tenant, out Identity? identity, out HandshakeRequest request)
    {
        (tenant, identity, request) = (null, null, default);
        if (!HttpMethods.IsGet(http.Request.Method) && !IsExtendedConnect(http))
        {
            return (HandshakeAnswer.WrongMethod, null);
        }

        if (_node.IsDraining)
        {
            return (HandshakeAnswer.Draining, RetryAfter);
        }

        if (!_node.Defender.TryAdmit(_addresses.Of(http), out var wait))
        {
            return (HandshakeAnswer.RateLimited, wait);
        }

        if (!HandshakeRequest.TryRead(http.Request, out request))
        {
            return (HandshakeAnswer.BadRequest, null);
        }

        tenant = _node.FindTenant(request.Tenant);
        if (!IsOriginAllowed(tenant, http.Request.Headers.Origin.ToString()))
        {
            return (HandshakeAnswer.NotAllowed, null);
        }

        identity = tenant?.Snapshot.DevTickets.Authenticate(request.Ticket);
        if (identity is null)
        {
            return (HandshakeAnswer.AuthFailed, null);
        }

        var limits = tenant!.Snapshot.Config.Limits;
        if (!tenant.Registry.HasFreeSeat(limits))
        {
            return (HandshakeAnswer.Full, RetryAfter);
        }

        if (!HandshakeRequest.IsUpgrade(http))
        {
            return (HandshakeAnswer.UpgradeRequired, null);
        }

        // Taken only now, so that what is not an upgrade takes nothing; another may have been quicker.
        if (!tenant.Registry.TryReserveSeat(limits))
        {
            return (HandshakeAnswer.Full, RetryAfter);
        }

        // Again: a drain that began meanwhile waits for the seats that it saw taken, and for no others.
        if (_node.IsDraining)
        {
            tenant.Registry.ReleaseSeat();
            return (HandshakeAnswer.Draining, RetryAfter);
        }

        return (HandshakeAnswer.Upgraded, null);
    }

    private async Task UpgradeAsync(HttpContext http, Tenant tenant, Identity identity, HandshakeRequest request)
    {
        Stream stream;
        var deflate = false;
        try
        {
            var headers = http.Response.Headers;
            if (request.OffersWsPrism)
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
            tenant.Registry.ReleaseSeat();
            http.Abort();
            return;
        }

        if (http.Features.Get<HttpPhase>() is { } phase && !HttpMethods.IsConnect(http.Request.Method))
        {
            // Kestrel is done with the connection when this returns; the loop takes the socket over.
            var framing = new WebSocketFraming(tenant.Snapshot.Config.Limits.MaxFrameBytes, deflate);
            var address = _addresses.Of(http).ToString();
            phase.TakeOver(socket => Begin(socket, tenant, identity, framing, address), tenant.Registry.ReleaseSeat);
            return;
        }

        await using (stream)
        {
            StreamConnection? connection = null;
            _node.Open(tenant, identity, session => connection = new StreamConnection(
                stream,
                new WebSocketFraming(tenant.Snapshot.Config.Limits.MaxFrameBytes, deflate),
                session,
                _addresses.Of(http).ToString(),
                http.Abort));
            await connection!.RunAsync();
        }
    }

    private void Begin(LoopSocket socket, Tenant tenant, Identity identity, WebSocketFraming framing, string address)
    {
        LoopConnection? connection = null;
        var early = socket.Early;
        var session = _node.OpenOn(
            socket.Loop.Shard, tenant, identity, session => connection = new LoopConnection(socket, framing, session, address));
        socket.Loop.Shard.Guard(session, _ => connection!.Begin(early));
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

    // Only browsers send Origin, and they always do on an upgrade; who sends none is no page of somebody else's.
    private static bool IsOriginAllowed(Tenant? tenant, string origin) =>
        tenant is null || origin.Length == 0 || tenant.Snapshot.Config.Auth.Origins is not { Count: > 0 } origins
        || origins.Contains(origin, StringComparer.OrdinalIgnoreCase);

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
