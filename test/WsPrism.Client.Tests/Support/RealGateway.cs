using Microsoft.Extensions.Logging;
using WsPrism.Configuration;
using WsPrism.Gateway.Hosting;
using WsPrism.Testing;

namespace WsPrism.Client.Tests.Support;

/// <summary>The gateway itself in this process, on a port that the system chose. An error in its log fails the test.</summary>
internal sealed class RealGateway : IAsyncDisposable
{
    private readonly LogCollector _log = new(LogLevel.Warning);
    private readonly GatewayHost _host;

    private RealGateway(int resumeWindowMs, bool compression, string tenant)
    {
        var result = ConfigLoader.LoadText(Yaml(resumeWindowMs, compression, tenant), "test.yaml");
        Assert.Empty(result.Errors);
        _host = new GatewayHost(result.Config!, isDemo: false, TimeProvider.System, _log);
    }

    public string Address => _host.ClientAddress;

    public string Url => $"ws://127.0.0.1:{Address[(Address.LastIndexOf(':') + 1)..]}/v1/ws";

    public static async Task<RealGateway> StartAsync(int resumeWindowMs = 60_000, bool compression = false, string tenant = "demo")
    {
        var gateway = new RealGateway(resumeWindowMs, compression, tenant);
        await gateway._host.StartAsync();
        return gateway;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        Assert.DoesNotContain(_log.Entries, entry => entry.Level >= LogLevel.Error);
    }

    private static string Yaml(int resumeWindowMs, bool compression, string tenant) =>
        $$$"""
        version: 1
        gateway: {listen: "127.0.0.1:0", admin: {listen: "127.0.0.1:0"}, drain_grace_ms: 0}
        tenants:
          - id: {{{tenant}}}
            auth: {dev_tickets: {alice: "user:alice", bob: "user:bob"}}
            resume: {window_ms: {{{resumeWindowMs}}} }
            rooms:
              - {match: "log:*", history: {size: 100, ttl_ms: 600000}}
              - {match: "tick:*", hot: {tick_hz: 50}}
              - {match: "lobby*", presence: true}
            limits: {max_frame_bytes: 131072}
            policy:
              compression: {{{(compression ? "true" : "false")}}}
              rate_limit_rps: 100000
              rate_limit_burst: 100000
              ext_allowlist: ["room:*", "chat:*", "sys:*", "party:*", "market:*"]
              hot_allowlist: ["1:*", "2:*", "250:*"]
              hot_requires_active_room: false
        """;
}
