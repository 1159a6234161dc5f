using System.Buffers;
using Microsoft.AspNetCore.Http.Features;
using WsPrism.Backend;
using WsPrism.Core;
using WsPrism.Gateway.Admin.Api;
using WsPrism.Gateway.Admin.Link;
using WsPrism.Gateway.Admin.Metrics;
using WsPrism.Gateway.Handshake;
using WsPrism.Gateway.Reload;
using WsPrism.Plugins;

namespace WsPrism.Gateway.Admin;

/// <summary>What the admin listener serves: liveness, readiness and metrics without a key, the server API and the backend link with one.</summary>
internal sealed class AdminEndpoints
{
    // A shard passes at least every 50 ms; one that has not for so long hangs.
    private static readonly TimeSpan MaxSincePass = TimeSpan.FromSeconds(5);

    private readonly GatewayNode _node;
    private readonly MetricsPage _metrics;
    private readonly ApiEndpoints _api;
    private readonly LinkEndpoint _link;

    public AdminEndpoints(
        GatewayNode node, BackendServices backends, PluginServices plugins, HandshakeCounters handshakes, ApiEndpoints api, LinkEndpoint link, ReloadCounters reloads,
        TimeProvider time)
    {
        _node = node;
        _api = api;
        _link = link;
        _metrics = new MetricsPage(node, backends, plugins, handshakes, api.Counters, reloads, time);
    }

    public async Task HandleAsync(HttpContext http)
    {
        var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (ApiEndpoints.Serves(target))
        {
            await _api.HandleAsync(http, target);
            return;
        }

        if (http.Request.Path == LinkEndpoint.Path)
        {
            await _link.HandleAsync(http);
            return;
        }

        if (!HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method))
        {
            http.Response.Headers.Allow = "GET, HEAD";
            await WriteAsync(http.Response, StatusCodes.Status405MethodNotAllowed, "method not allowed\n");
            return;
        }

        switch (http.Request.Path.Value)
        {
            case "/healthz":
                await WriteAsync(http.Response, StatusCodes.Status200OK, "ok\n");
                break;
            case "/readyz":
                var obstacle = FindObstacle();
                await WriteAsync(http.Response, obstacle is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, (obstacle ?? "ready") + "\n");
                break;
            case "/metrics":
                await WriteMetricsAsync(http.Response);
                break;
            default:
                await WriteAsync(http.Response, StatusCodes.Status404NotFound, "not found; there are /healthz, /readyz, /metrics and the server API, /v1/openapi.json\n");
                break;
        }
    }

    private string? FindObstacle() =>
        _node.IsDraining ? "draining"
        : Array.Find(_node.Shards, shard => shard.SinceLastPass > MaxSincePass) is { } stuck ? $"shard {stuck.Index} makes no progress"
        : null;

    private async Task WriteMetricsAsync(HttpResponse response)
    {
        var page = new ArrayBufferWriter<byte>(16_384);
        await _metrics.WriteAsync(page);
        response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        response.ContentLength = page.WrittenCount;
        await response.Body.WriteAsync(page.WrittenMemory);
    }

    private static async Task WriteAsync(HttpResponse response, int status, string text)
    {
        response.StatusCode = status;
        response.ContentType = "text/plain; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        await response.WriteAsync(text);
    }
}
