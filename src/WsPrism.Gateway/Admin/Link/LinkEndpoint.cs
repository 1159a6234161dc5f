using Microsoft.AspNetCore.Http.Features;
using WsPrism.Backend.Link;
using WsPrism.Core;
using WsPrism.Core.ServerApi;
using WsPrism.Gateway.Admin.Api;
using WsPrism.Transports.WebSockets;

namespace WsPrism.Gateway.Admin.Link;

/// <summary><c>GET /v1/backend</c>: finds the key, the tenant and the services like the server API, upgrades, and serves the worker until it is gone.</summary>
internal sealed class LinkEndpoint(GatewayNode node, BackendLinks links, Func<ApiKeys> keys, ILoggerFactory loggers)
{
    public const string Path = "/v1/backend";

    private readonly ServerPublisher _publisher = new(node.Shards);
    private readonly ILogger _logger = loggers.CreateLogger("WsPrism.Link");

    public async Task HandleAsync(HttpContext http)
    {
        LinkRequest request;
        try
        {
            request = LinkRequest.Read(http, keys(), node, links);
        }
        catch (ApiException exception)
        {
            if (exception.Problem.Status == StatusCodes.Status426UpgradeRequired)
            {
                http.Response.Headers.Upgrade = "websocket";
            }

            await exception.Problem.WriteAsync(http);
            return;
        }

        await ServeAsync(http, request);
    }

    private async Task ServeAsync(HttpContext http, LinkRequest request)
    {
        var maxBytes = Math.Max(LinkLimits.MinMaxMessageBytes, request.Tenant.Snapshot.Config.Limits.MaxFrameBytes + LinkLimits.MaxAround);
        var options = new LinkWorkerOptions
        {
            Name = request.Worker ?? $"{request.Tenant.Id}-{request.Link.NextWorker()}",
            Services = request.Services,
            Rooms = request.Rooms,
            PingIntervalMs = node.Timings.PingIntervalMs,
            IdleTimeoutMs = node.Timings.IdleTimeoutMs,
            WriterSendTimeoutMs = node.Timings.WriterSendTimeoutMs,
            MaxMessageBytes = maxBytes,
        };
        Stream stream;
        try
        {
            stream = await AcceptAsync(http, request.SubProtocol);
        }
        catch (Exception)
        {
            // It vanished before the answer.
            http.Abort();
            return;
        }

        await using (stream)
        {
            using var socket = new LinkSocket(stream, http.Abort, maxBytes, node.Time);
            var worker = new LinkWorker(request.Link, request.Tenant, options, socket, _logger);
            if (!request.Link.TryAdd(worker))
            {
                http.Abort();
                return;
            }

            if (links.IsStopped)
            {
                // It came between the check and the list of those who were sent away.
                worker.Stop();
            }

            await socket.RunAsync(worker, new LinkInput(worker, request.Link, request.Tenant, _publisher), node.Shards[0]);
        }
    }

    private static async Task<Stream> AcceptAsync(HttpContext http, string? subProtocol)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }

        if (subProtocol is not null)
        {
            http.Response.Headers.SecWebSocketProtocol = subProtocol;
        }

        if (LinkRequest.IsExtendedConnect(http))
        {
            return await http.Features.GetRequiredFeature<IHttpExtendedConnectFeature>().AcceptAsync();
        }

        WebSocketHandshake.TryComputeAccept(http.Request.Headers.SecWebSocketKey.ToString(), out var accept);
        http.Response.Headers.Connection = "Upgrade";
        http.Response.Headers.Upgrade = "websocket";
        http.Response.Headers.SecWebSocketAccept = accept;
        return await http.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
    }
}
