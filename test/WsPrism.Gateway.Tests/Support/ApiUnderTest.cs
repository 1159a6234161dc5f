using System.Text;
using System.Text.Json;

namespace WsPrism.Gateway.Tests.Support;

/// <summary>A gateway with keys of the server API, and a connection to it that is kept from request to request.</summary>
internal sealed class ApiUnderTest : IAsyncDisposable
{
    public const string OperatorKey = "operator-0123456789abcdef0123456789";
    public const string AcmeKey = "acme-new-0123456789abcdef0123456789";
    public const string OldAcmeKey = "acme-old-0123456789abcdef0123456789";
    public const string ZetaKey = "zeta-key-0123456789abcdef0123456789";

    private RawClient? _raw;

    private ApiUnderTest(GatewayUnderTest gateway) => Gateway = gateway;

    public GatewayUnderTest Gateway { get; }

    public static async Task<ApiUnderTest> StartAsync(TestConfig? config = null, Wire wire = Wire.WebSocket) =>
        new(await GatewayUnderTest.StartAsync(WithKeys(config ?? new TestConfig()), wire: wire));

    /// <summary>The configuration with the keys of these tests.</summary>
    public static TestConfig WithKeys(TestConfig config) => config
        .Gateway("admin.api_keys", $"[{OperatorKey}]")
        .Tenant("api_keys", $"[{OldAcmeKey}, {AcmeKey}]")
        .Change(config => config with { Tenants = [.. config.Tenants.Select(tenant => tenant.Id == "zeta" ? tenant with { ApiKeys = [ZetaKey] } : tenant)] });

    /// <summary>One request of the tenant <c>acme</c>, with its key.</summary>
    public Task<HttpAnswer> AcmeAsync(string method, string path, string? body = null) => AskAsync(method, $"/v1/tenants/acme{path}", body);

    /// <summary>The same, which must be answered with 200; the answer's JSON.</summary>
    public async Task<string> OkAsync(string method, string path, string? body = null)
    {
        var answer = await AcmeAsync(method, path, body);
        Assert.True(answer.Status == 200, $"{answer.Status} {answer.Body}");
        Assert.Equal(("application/json", "no-store"), (answer.Header("content-type"), answer.Header("cache-control")));
        return answer.Body;
    }

    /// <summary>The same, which must be answered with a problem: its status, code and detail.</summary>
    public async Task<string> ProblemAsync(string method, string path, string? body = null) => ProblemOf(await AcmeAsync(method, path, body));

    public async Task<HttpAnswer> AskAsync(string method, string target, string? body = null, string? key = AcmeKey, string contentType = "application/json") =>
        await AskAsync(method, target, body is null ? null : Encoding.UTF8.GetBytes(body), key, contentType);

    public async Task<HttpAnswer> AskAsync(string method, string target, byte[]? body, string? key, string contentType)
    {
        _raw ??= await RawClient.ConnectAsync(Gateway.AdminAddress);
        var headers = new List<string>();
        if (key is not null)
        {
            headers.Add($"Authorization: Bearer {key}");
        }

        if (body is not null)
        {
            headers.AddRange([$"Content-Type: {contentType}", $"Content-Length: {body.Length}"]);
        }

        await _raw.SendAsync(RawClient.Request(method, target, [.. headers]));
        await _raw.SendAsync(body ?? []);
        return await _raw.ReadHttpAsync(head: method == "HEAD");
    }

    /// <summary>Reads a problem document: <c>status code: detail</c>.</summary>
    public static string ProblemOf(HttpAnswer answer)
    {
        Assert.Equal("application/problem+json", answer.Header("content-type"));
        var problem = JsonSerializer.Deserialize<JsonElement>(answer.Body);
        Assert.Equal(["title", "status", "code", "detail"], problem.EnumerateObject().Select(field => field.Name));
        Assert.NotEmpty(problem.GetProperty("title").GetString()!);
        Assert.Equal(answer.Status, problem.GetProperty("status").GetInt32());
        return $"{answer.Status} {problem.GetProperty("code").GetString()}: {problem.GetProperty("detail").GetString()}";
    }

    public async ValueTask DisposeAsync()
    {
        _raw?.Dispose();
        await Gateway.DisposeAsync();
        Assert.DoesNotContain(Gateway.Log.Lines, line => line.Contains("0123456789abcdef", StringComparison.Ordinal));
    }
}
