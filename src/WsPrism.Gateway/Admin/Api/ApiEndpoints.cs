using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using WsPrism.Core;
using WsPrism.Core.ServerApi;
using WsPrism.Protocol;

namespace WsPrism.Gateway.Admin.Api;

/// <summary>
/// The server API (PROTOCOL §10): finds the key, then the tenant, then the call, and answers every mistake with a problem document. It has bounds of its own and
/// works beside the shards, to which it only posts: what is done to it cannot hold up a session.
/// </summary>
internal sealed partial class ApiEndpoints
{
    /// <summary>Requests of all keys at once.</summary>
    public const int MaxAtOnce = 256;

    /// <summary>Of those, what is kept for the operator's keys: whatever tenants do, somebody can look and act.</summary>
    public const int KeptForOperators = 32;

    private const string TenantsPath = "/v1/tenants";
    private const string OpenApiPath = "/v1/openapi.json";
    private const string ReloadPath = "/v1/reload";

    // How metrics name the status of a request whose caller did not wait for it.
    private const string Aborted = "aborted";

    // What may be read away of a body that nobody asked for, so that the connection can go on.
    private const int MaxUnwantedBytes = 1_048_576;

    private static readonly byte[] OpenApi = ReadOpenApi();

    private readonly GatewayNode _node;
    private readonly ApiRoutes _routes;
    private readonly ReloadCall _reload;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private volatile ApiKeys _keys;
    private int _atOnce;

    public ApiEndpoints(GatewayNode node, ApiKeys keys, ReloadCall reload, TimeProvider time, ILogger logger)
    {
        _node = node;
        _keys = keys;
        _reload = reload;
        _time = time;
        _logger = logger;
        _routes = new ApiRoutes(node, time);
    }

    /// <summary>Whose calls are answered. A reload changes them.</summary>
    public ApiKeys Keys
    {
        get => _keys;
        set => _keys = value;
    }

    public ApiCounters Counters { get; } = new();

    /// <summary>True for the targets that are the API's.</summary>
    public static bool Serves(string target)
    {
        var path = target.Split('?', 2)[0];
        return path is TenantsPath or OpenApiPath or ReloadPath || path.StartsWith(TenantsPath + "/", StringComparison.Ordinal);
    }

    public async Task HandleAsync(HttpContext http, string target)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = MaxUnwantedBytes;
        }

        var started = _time.GetTimestamp();
        var call = new ApiCall();
        var problem = await AnswerAsync(http, target, call);
        if (problem is not null)
        {
            await TellAsync(http, problem);
        }

        var status = http.RequestAborted.IsCancellationRequested ? Aborted : (problem?.Status ?? http.Response.StatusCode).ToString(CultureInfo.InvariantCulture);
        Counters.Record(call.Name, status, _time.GetElapsedTime(started));
    }

    private async Task TellAsync(HttpContext http, ApiProblem problem)
    {
        if (problem.Refusal is { } refusal)
        {
            Counters.Refuse(refusal);
        }

        if (http.Response.HasStarted)
        {
            http.Abort();
            return;
        }

        try
        {
            await problem.WriteAsync(http);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The caller has gone: nobody is there to be answered.
            http.Abort();
        }
    }

    // The problem, where there was one.
    private async Task<ApiProblem?> AnswerAsync(HttpContext http, string target, ApiCall call)
    {
        var (atOnce, key) = (Interlocked.Increment(ref _atOnce), default(ApiKey));
        try
        {
            if (_keys.Find(http.Request.Headers.Authorization) is not { } found)
            {
                return new ApiProblem(StatusCodes.Status401Unauthorized, ErrorCode.AuthFailed, "Send Authorization: Bearer and a key of gateway.admin.api_keys or of the tenant's api_keys.") { Refusal = ApiRefusal.NoKey };
            }

            if (atOnce > (found.Tenant is null ? MaxAtOnce : MaxAtOnce - KeptForOperators))
            {
                return new ApiProblem(StatusCodes.Status503ServiceUnavailable, ErrorCode.ResourceExhausted, "Too many requests are under way.") { Refusal = ApiRefusal.TooMany, RetryAfter = 1 };
            }

            if (!found.Slots.TryEnter())
            {
                return new ApiProblem(StatusCodes.Status429TooManyRequests, ErrorCode.RateLimited, $"More than {ApiSlots.Max} requests of this tenant, or with this key of the operator, are under way.") { Refusal = ApiRefusal.KeyIsBusy, RetryAfter = 1 };
            }

            key = found;
            await HandleAsync(http, target, key, call);
            return null;
        }
        catch (ApiException exception)
        {
            return exception.Problem;
        }
        catch (BadHttpRequestException exception)
        {
            return exception.StatusCode == StatusCodes.Status408RequestTimeout
                ? new ApiProblem(StatusCodes.Status408RequestTimeout, ErrorCode.Timeout, "The body came too slowly.")
                : new ApiProblem(exception.StatusCode, ErrorCode.BadRequest, "The request is not proper HTTP.");
        }
        catch (Exception exception) when (exception is IOException || http.RequestAborted.IsCancellationRequested)
        {
            // The caller has gone: nobody is there to be answered.
            http.Abort();
            return null;
        }
        catch (Exception exception)
        {
            Log.Failed(_logger, exception, http.Request.Method);
            return new ApiProblem(StatusCodes.Status500InternalServerError, ErrorCode.Internal, "The gateway failed on this request.");
        }
        finally
        {
            key?.Slots.Leave();
            Interlocked.Decrement(ref _atOnce);
        }
    }

    private async Task HandleAsync(HttpContext http, string target, ApiKey key, ApiCall name)
    {
        var segments = ApiPath.Split(target) ?? throw new ApiException(ApiProblem.BadRequest("The path is not percent-encoded UTF-8."));
        var tenant = segments.Length > 2 ? FindTenant(key, segments[2]) : null;
        var route = segments switch
        {
            ["v1", "openapi.json"] => new ApiRoute { Path = OpenApiPath, Get = _ => ApiAnswer.WriteAsync(http, StatusCodes.Status200OK, "application/json", OpenApi) },
            ["v1", "tenants"] => new ApiRoute { Path = TenantsPath, Get = request => ForOperatorAsync(key, () => ListTenantsAsync(request)) },
            ["v1", "reload"] => new ApiRoute { Path = ReloadPath, Post = request => ForOperatorAsync(key, () => _reload.RunAsync(request)) },
            ["v1", "tenants", _, .. var rest] => _routes.Find(rest),
            _ => null,
        };
        if (route is null)
        {
            throw new ApiException(ApiProblem.NotFound("There is no such call; GET /v1/openapi.json lists them."));
        }

        if (route.Of(http.Request.Method) is not { } call)
        {
            throw new ApiException(new ApiProblem(StatusCodes.Status405MethodNotAllowed, ErrorCode.BadRequest, $"This path has {route.Allow}.") { Allow = route.Allow });
        }

        name.Name = $"{(HttpMethods.IsHead(http.Request.Method) ? HttpMethods.Get : http.Request.Method.ToUpperInvariant())} {route.Path}";
        var request = new ApiRequest(http, key, _time) { Tenant = tenant! };
        request.Take(1);
        await call(request);
    }

    // One answer for a tenant that is not there and for one that the key does not reach.
    private Core.Tenants.Tenant FindTenant(ApiKey key, string id)
    {
        var tenant = key.Tenant is null || key.Tenant == id ? _node.FindTenant(id) : null;
        return tenant ?? throw new ApiException(ApiProblem.NotFound("There is no such tenant for this key."));
    }

    private static Task ForOperatorAsync(ApiKey key, Func<Task> call) => key.Tenant is null
        ? call()
        : throw new ApiException(new ApiProblem(StatusCodes.Status403Forbidden, ErrorCode.NotAllowed, "This is for the operator's keys (gateway.admin.api_keys)."));

    private Task ListTenantsAsync(ApiRequest request)
    {
        request.AllowQuery("limit", "cursor");
        return request.AnswerAsync("tenants", ListPage.Cut(_node.Tenants, tenant => tenant.Id, request.After, request.Limit), TenantCalls.WriteTenant);
    }

    private static byte[] ReadOpenApi()
    {
        using var stream = typeof(ApiEndpoints).Assembly.GetManifestResourceStream("openapi.json")!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>What metrics call a request; empty until it is found what it asks for.</summary>
    private sealed class ApiCall
    {
        public string Name { get; set; } = string.Empty;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "A request of the server API failed: method={Method}")]
        public static partial void Failed(ILogger logger, Exception exception, string method);
    }
}
