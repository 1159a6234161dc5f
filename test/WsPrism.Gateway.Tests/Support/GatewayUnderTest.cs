using Microsoft.Extensions.Logging;
using WsPrism.Gateway.Hosting;
using WsPrism.Gateway.Reload;

namespace WsPrism.Gateway.Tests.Support;

/// <summary>
/// A whole gateway in this process, on ports of the system's choice. It has a bystander, a session of another tenant that must be served to the end, and
/// an error in its log fails the test.
/// </summary>
internal sealed class GatewayUnderTest : IAsyncDisposable
{
    private readonly ILoggerFactory _loggers;
    private readonly GatewayHost _host;
    private readonly Wire _wire;
    private volatile TestConfig _config;
    private GatewayClient? _bystander;

    private GatewayUnderTest(TestConfig config, Wire wire)
    {
        _wire = wire;
        _config = config;
        _loggers = LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Trace).AddProvider(Log));
        _host = new GatewayHost(config.Load(), isDemo: false, TimeProvider.System, _loggers, new ConfigOrigin("test.yaml", null, () => _config.TryLoad()));
    }

    public LogRecorder Log { get; } = new();

    public GatewayHost Host => _host;

    /// <summary>What a reload finds.</summary>
    public TestConfig Config
    {
        get => _config;
        set => _config = value;
    }

    public string Address => _host.ClientAddress;

    public string TcpAddress => _host.TcpAddress;

    public string AdminAddress => _host.AdminAddress;

    public static async Task<GatewayUnderTest> StartAsync(TestConfig? config = null, bool bystander = true, Wire wire = Wire.WebSocket)
    {
        var gateway = new GatewayUnderTest(config ?? new TestConfig(), wire);
        await gateway._host.StartAsync();
        if (bystander)
        {
            gateway._bystander = await gateway.ConnectAsync("z-ticket", tenant: "zeta");
            await gateway._bystander.JoinAsync("bystanders");
        }

        return gateway;
    }

    /// <summary>Starts with one setting of the tenant <c>acme</c>.</summary>
    public static Task<GatewayUnderTest> StartAsync(string tenantKey, string yaml) => StartAsync(new TestConfig().Tenant(tenantKey, yaml));

    /// <summary>A session that was greeted.</summary>
    public async Task<GatewayClient> ConnectAsync(string ticket, string tenant = "acme", int receiveBuffer = 0) =>
        await (await OpenAsync(ticket, tenant, receiveBuffer)).GreetedAsync();

    /// <summary>A WebSocket session that was greeted, with headers of its own.</summary>
    public async Task<WsClient> UpgradeAsync(string ticket, params string[] headers)
    {
        var client = await WsClient.UpgradeAsync(Address, $"/v1/ws?tenant=acme&ticket={ticket}", 0, headers);
        await client.GreetedAsync();
        return client;
    }

    /// <summary>A session of which no frame was read.</summary>
    public async Task<GatewayClient> OpenAsync(string ticket, string tenant = "acme", int receiveBuffer = 0) =>
        await (await KnockAsync(ticket, tenant, receiveBuffer)).OpenedAsync();

    /// <summary>A client that has asked for its session back and read nothing.</summary>
    public Task<GatewayClient> KnockAgainAsync(string ticket, string token, long position, int receiveBuffer = 0) =>
        GatewayClient.KnockAsync(_wire, _wire == Wire.Tcp ? TcpAddress : Address, "acme", ticket, receiveBuffer, (token, position));

    /// <summary>A client that has asked to be let in and read nothing.</summary>
    public Task<GatewayClient> KnockAsync(string ticket, string tenant = "acme", int receiveBuffer = 0) =>
        GatewayClient.KnockAsync(_wire, _wire == Wire.Tcp ? TcpAddress : Address, tenant, ticket, receiveBuffer);

    public Task<RawClient> ConnectRawAsync() => RawClient.ConnectAsync(Address);

    /// <summary>One request on a connection of its own.</summary>
    public async Task<HttpAnswer> AskAsync(string request)
    {
        using var client = await ConnectRawAsync();
        return await client.AskAsync(request);
    }

    /// <summary>One GET of the admin listener.</summary>
    public async Task<HttpAnswer> AskAdminAsync(string target)
    {
        using var client = await RawClient.ConnectAsync(AdminAddress);
        return await client.AskAsync(RawClient.Get(target));
    }

    public async Task<Metrics> MetricsAsync()
    {
        var answer = await AskAdminAsync("/metrics");
        Assert.Equal(200, answer.Status);
        return Metrics.Parse(answer.Body);
    }

    /// <summary>The bystander, for tests that end it themselves.</summary>
    public GatewayClient TakeBystander()
    {
        var bystander = _bystander!;
        _bystander = null;
        return bystander;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_bystander is not null)
            {
                await _bystander.SendTextAsync("""{"svc":"chat","type":"send","data":{"msg":"still here"},"id":1}""");
                await _bystander.ExpectAsync("sys", "ack");
                await _bystander.ExpectAsync("chat", "msg");
                _bystander.Dispose();
            }
        }
        finally
        {
            await _host.DisposeAsync();
            _loggers.Dispose();
        }

        // A file that is wrong is the operator's, and an error for him.
        Assert.DoesNotContain(Log.Errors, line => !line.StartsWith("Error WsPrism.Reload: ", StringComparison.Ordinal));
    }
}
