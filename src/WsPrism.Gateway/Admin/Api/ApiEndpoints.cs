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

    private const string TenantsPath = "/v1/tenants";
    private const string OpenApiPath = "/v1/openapi.json";

    // What may be read away of a body that nobody asked for, so that the connection can go on.
    private const int MaxUnwantedBytes = 1_048_576;

    private static readonly byte[] OpenApi = ReadOpenApi();

    private readonly GatewayNode _node;
    private readonly ApiKeys _keys;
    private readonly ApiRoutes _routes;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private int _atOnce;

    public ApiEndpoints(GatewayNode node, ApiKeys keys, TimeProvider time, ILogger logger)
    {
        _node = node;
        _keys = keys;
        _time = time;
        _logger = logger;
        _routes = new ApiRoutes(node, time);
    }

    /// <summary>True for the targets that are the API's.</summary>
    public static bool Serves(string target)
    {
        var path = target.Split('?', 2)[0];
        return path is TenantsPath or OpenApiPath || path.StartsWith(TenantsPath + "/", StringComparison.Ordinal);
    }

    public async Task HandleAsync(HttpContext http, string target)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = MaxUnwantedBytes;
        }

        if (await AnswerAsync(http, target) is { } problem)
        {
            if (http.Response.HasStarted)
            {
                http.Abort();
                return;
            }

            await problem.WriteAsync(http);
        }
    }

    // The problem, where there was one.
    private async Task<ApiProblem?> AnswerAsync(HttpContext http, string target)
    {
        var (atOnce, key) = (Interlocked.Increment(ref _atOnce), default(ApiKey));
        try
        {
            if (_keys.Find(http.Request.Headers.Authorization) is not { } found)
            {
                return new ApiProblem(StatusCodes.Status401Unauthorized, ErrorCode.AuthFailed, "Send Authorization: Bearer and a key of gateway.admin.api_keys or of the tenant's api_keys.");
            }

            if (atOnce > MaxAtOnce)
            {
                return new ApiProblem(StatusCodes.Status503ServiceUnavailable, ErrorCode.ResourceExhausted, "Too many requests are under way.") { RetryAfter = 1 };
            }

            if (!found.TryEnter())
            {
                return new ApiProblem(StatusCodes.Status429TooManyRequests, ErrorCode.RateLimited, $"More than {ApiKey.MaxAtOnce} requests of this key are under way.") { RetryAfter = 1 };
            }

            key = found;
            await HandleAsync(http, target, key);
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
            key?.Leave();
            Interlocked.Decrement(ref _atOnce);
        }
    }

    private async Task HandleAsync(HttpContext http, string target, ApiKey key)
    {
        var segments = ApiPath.Split(target) ?? throw new ApiException(ApiProblem.BadRequest("The path is not percent-encoded UTF-8."));
        var tenant = segments.Length > 2 ? FindTenant(key, segments[2]) : null;
        var route = segments switch
        {
            ["v1", "openapi.json"] => new ApiRoute { Get = _ => ApiAnswer.WriteAsync(http, StatusCodes.Status200OK, "application/json", OpenApi) },
            ["v1", "tenants"] => new ApiRoute { Get = request => ListTenantsAsync(request, key) },
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

    private Task ListTenantsAsync(ApiRequest request, ApiKey key)
    {
        if (key.Tenant is not null)
        {
            throw new ApiException(new ApiProblem(StatusCodes.Status403Forbidden, ErrorCode.NotAllowed, "This is for the operator's keys (gateway.admin.api_keys)."));
        }

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

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "A request of the server API failed: method={Method}")]
        public static partial void Failed(ILogger logger, Exception exception, string method);
    }
}
