using Microsoft.AspNetCore.Http.Features;
using WsPrism.Backend.Link;
using WsPrism.Core;
using WsPrism.Core.Tenants;
using WsPrism.Gateway.Admin.Api;
using WsPrism.Protocol;
using WsPrism.Protocol.Ext;
using WsPrism.Transports.WebSockets;

namespace WsPrism.Gateway.Admin.Link;

/// <summary>What a worker asks for, checked: the key first, so that nobody without one learns anything.</summary>
internal sealed record LinkRequest(Tenant Tenant, TenantLink Link, IReadOnlyList<LinkService> Services, IReadOnlyList<string> Rooms, string? Worker, string? SubProtocol)
{
    /// <summary>The only protocol that is ever selected.</summary>
    public const string Protocol = "wsprism.backend.v1";

    private const string KeyPrefix = "key.";
    private const int MaxServices = 64;
    private const int MaxRooms = 64;

    /// <summary>Throws the problem where something is wrong.</summary>
    public static LinkRequest Read(HttpContext http, ApiKeys keys, GatewayNode node, BackendLinks links)
    {
        var protocols = http.Request.Headers.SecWebSocketProtocol.ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var key = FindKey(http, keys, protocols) ?? throw new ApiException(new ApiProblem(
            StatusCodes.Status401Unauthorized, ErrorCode.AuthFailed, $"Send Authorization: Bearer and a key of the server API, or offer the protocols {Protocol} and {KeyPrefix}<key>."));
        if (!key.TryTake(1, out var wait))
        {
            throw new ApiException(new ApiProblem(StatusCodes.Status429TooManyRequests, ErrorCode.RateLimited, "Too many operations with this key.")
            {
                RetryAfter = (int)Math.Clamp(Math.Ceiling(wait.TotalSeconds), 1, 3_600),
            });
        }

        if (!HttpMethods.IsGet(http.Request.Method) && !IsExtendedConnect(http))
        {
            throw new ApiException(new ApiProblem(StatusCodes.Status405MethodNotAllowed, ErrorCode.BadRequest, "This path has GET.") { Allow = "GET" });
        }

        var query = http.Request.Query;
        if (query.Keys.FirstOrDefault(name => name is not ("tenant" or "services" or "rooms" or "worker")) is { } unknown)
        {
            throw Wrong($"Unknown query parameter {ApiRequest.Shown(unknown)}.");
        }

        var id = One(query, "tenant") ?? throw Wrong("tenant: is required.");
        var tenant = (key.Tenant is null || key.Tenant == id ? node.FindTenant(id) : null)
            ?? throw new ApiException(ApiProblem.NotFound("There is no such tenant for this key."));
        var link = links.Find(id);
        var services = ReadServices(One(query, "services"), link);
        var rooms = ReadRooms(One(query, "rooms"));
        var worker = One(query, "worker");
        if (worker is not null && !IsName(worker))
        {
            throw Wrong("worker: must be 1 to 64 letters, digits, dots, hyphens and underscores.");
        }

        if (node.IsDraining || links.IsStopped)
        {
            throw new ApiException(new ApiProblem(StatusCodes.Status503ServiceUnavailable, ErrorCode.Draining, "The gateway is going away.") { RetryAfter = 1 });
        }

        if (link!.Workers.Length >= LinkLimits.MaxWorkers)
        {
            throw new ApiException(
                new ApiProblem(StatusCodes.Status503ServiceUnavailable, ErrorCode.ResourceExhausted, $"The tenant has {LinkLimits.MaxWorkers} workers.") { RetryAfter = 1 });
        }

        if (!IsExtendedConnect(http) && !IsUpgrade(http))
        {
            throw new ApiException(new ApiProblem(StatusCodes.Status426UpgradeRequired, ErrorCode.BadRequest, "Connect with WebSocket, version 13."));
        }

        return new LinkRequest(tenant, link, services, rooms, worker, protocols.Contains(Protocol) ? Protocol : null);
    }

    public static bool IsExtendedConnect(HttpContext http) =>
        http.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true, Protocol: "websocket" };

    private static ApiKey? FindKey(HttpContext http, ApiKeys keys, string[] protocols)
    {
        if (http.Request.Headers.Authorization.Count > 0)
        {
            return keys.Find(http.Request.Headers.Authorization);
        }

        var offered = protocols.Where(protocol => protocol.StartsWith(KeyPrefix, StringComparison.Ordinal)).ToArray();
        return offered is [{ } only] && protocols.Contains(Protocol) ? keys.Find($"Bearer {only[KeyPrefix.Length..]}") : null;
    }

    private static bool IsUpgrade(HttpContext http)
    {
        var headers = http.Request.Headers;
        return http.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } && WebSocketHandshake.IsValidUpgrade(
            http.Request.Method, headers.Connection.ToString(), headers.Upgrade.ToString(), headers.SecWebSocketVersion.ToString(), headers.SecWebSocketKey.ToString());
    }

    private static LinkService[] ReadServices(string? text, TenantLink? link)
    {
        var names = text?.Split(',') ?? throw Wrong("services: is required.");
        if (names.Length > MaxServices || names.Distinct(StringComparer.Ordinal).Count() != names.Length)
        {
            throw Wrong($"services: must be at most {MaxServices} names, each once.");
        }

        return
        [
            .. names.Select(name => link?.Find(name)
                ?? throw Wrong($"services: {ApiRequest.Shown(name)} is no service of this tenant with kind rpc.")),
        ];
    }

    private static string[] ReadRooms(string? text)
    {
        if (text is null)
        {
            return [];
        }

        var rooms = text.Split(',');
        var isGood = rooms.Length <= MaxRooms && rooms.All(room => room == "*" || EnvelopeRules.IsRoom(System.Text.Encoding.UTF8.GetBytes(room)));
        return isGood ? rooms : throw Wrong($"rooms: must be at most {MaxRooms} names of rooms, or prefixes followed by *.");
    }

    private static string? One(IQueryCollection query, string name) =>
        query[name] is { Count: 1 } one ? one[0] : query.ContainsKey(name) ? throw Wrong($"{name}: must be there once.") : null;

    private static bool IsName(string text) => text.Length is >= 1 and <= 64 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    private static ApiException Wrong(string detail) => new(ApiProblem.BadRequest(detail));
}
