using Microsoft.Extensions.Logging;
using WsPrism.Configuration;
using WsPrism.Gateway.Hosting;

namespace WsPrism.Edge.Tests.Support;

/// <summary>A gateway in this process with one tenant, on ports that the system chose. An error in its log fails the test.</summary>
internal sealed class GatewayRun : IAsyncDisposable
{
    private readonly ILoggerFactory _loggers;

    private GatewayRun(string yaml, TimeProvider time)
    {
        var result = ConfigLoader.LoadText(yaml, "test.yaml");
        Assert.Empty(result.Errors);
        _loggers = LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Debug).AddFilter("Microsoft", LogLevel.None).AddProvider(Log));
        Host = new GatewayHost(result.Config!, isDemo: false, time, _loggers);
    }

    public GatewayHost Host { get; }

    public LogCollector Log { get; } = new();

    public int Port => int.Parse(Host.ClientAddress[(Host.ClientAddress.LastIndexOf(':') + 1)..], System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Starts it with lines of the gateway section and of the tenant that a test cares for.</summary>
    public static async Task<GatewayRun> StartAsync(string gatewayKeys = "", string tenantKeys = "", string listen = "127.0.0.1:0")
    {
        var gateway = new GatewayRun(Yaml(gatewayKeys, tenantKeys, listen), TimeProvider.System);
        await gateway.Host.StartAsync();
        return gateway;
    }

    public static string Yaml(string gatewayKeys = "", string tenantKeys = "", string listen = "127.0.0.1:0") =>
        $$"""
        version: 1
        gateway:
          listen: "{{listen}}"
          admin: {listen: "127.0.0.1:0"}
        {{Indent(gatewayKeys, 2)}}
        tenants:
          - id: acme
            auth:
              dev_tickets: {alice: "user:alice", bob: "user:bob", "load-*": "user:load-*"}
              origins: ["https://app.example"]
        {{Indent(tenantKeys, 4)}}
            limits: {max_frame_bytes: 262144, max_sessions_total: 60}
            policy:
              rate_limit_rps: 10000
              rate_limit_burst: 20000
              ext_allowlist: ["room:*", "chat:*", "sys:*"]
              hot_allowlist: ["250:*"]
              hot_requires_active_room: false
              sessions: {mode: multi, max_sessions_per_user: 2, on_exceed: kick_oldest}
        """;

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        _loggers.Dispose();
        Assert.Empty(Log.Errors);
    }

    private static string Indent(string text, int by) => string.Join('\n', text.Split('\n').Select(line => new string(' ', by) + line));
}
