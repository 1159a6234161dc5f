using Microsoft.Extensions.Logging;
using WsPrism.Configuration;
using WsPrism.Gateway.Hosting;

namespace WsPrism.Browser.Tests;

/// <summary>The gateway as <c>wsprism start</c> runs it without a file, on ports that the system chose.</summary>
internal sealed class DemoGateway : IAsyncDisposable
{
    private readonly ILoggerFactory _loggers = LoggerFactory.Create(builder => builder.AddFilter("Microsoft", LogLevel.Warning).AddSimpleConsole());
    private readonly GatewayHost _host;

    private DemoGateway(string tenant)
    {
        var yaml = DemoConfig.Text
            .Replace("  - id: demo\n", $"  - id: demo\n{tenant}", StringComparison.Ordinal)
            .Replace("127.0.0.1:8080", "127.0.0.1:0", StringComparison.Ordinal)
            .Replace("127.0.0.1:9090", "127.0.0.1:0", StringComparison.Ordinal);
        _host = new GatewayHost(ConfigLoader.LoadText(yaml, DemoConfig.FileName).Config!, isDemo: true, TimeProvider.System, _loggers);
    }

    public string Address => _host.ClientAddress;

    /// <summary>Address of the admin listener, host and port.</summary>
    public string Admin => _host.AdminAddress;

    public string Page => $"http://{Address}/";

    /// <summary>Starts one; <paramref name="tenant"/> is YAML that the tenant has besides.</summary>
    public static async Task<DemoGateway> StartAsync(string tenant = "")
    {
        var gateway = new DemoGateway(tenant);
        await gateway._host.StartAsync();
        return gateway;
    }

    public Task DrainAsync() => _host.DrainAsync();

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _loggers.Dispose();
    }
}
