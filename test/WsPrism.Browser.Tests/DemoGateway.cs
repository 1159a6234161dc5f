using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Logging;
using WsPrism.Configuration;
using WsPrism.Gateway.Hosting;

namespace WsPrism.Browser.Tests;

/// <summary>The gateway as <c>wsprism start</c> runs it without a file, on ports that the system chose.</summary>
internal sealed class DemoGateway : IAsyncDisposable
{
    private readonly ILoggerFactory _loggers = LoggerFactory.Create(builder => builder.AddFilter("Microsoft", LogLevel.Warning).AddSimpleConsole());
    private readonly GatewayHost _host;

    private DemoGateway(Func<string, string> change)
    {
        var yaml = change(DemoConfig.Text)
            .Replace("127.0.0.1:8080", "127.0.0.1:0", StringComparison.Ordinal)
            .Replace("127.0.0.1:9090", "127.0.0.1:0", StringComparison.Ordinal);
        _host = new GatewayHost(ConfigLoader.LoadText(yaml, DemoConfig.FileName).Config!, isDemo: true, TimeProvider.System, _loggers);
    }

    public string Address => _host.ClientAddress;

    /// <summary>Address of the admin listener, host and port.</summary>
    public string Admin => _host.AdminAddress;

    public string Page => $"http://{Address}/";

    /// <summary>Starts one, with its configuration changed where a test needs that.</summary>
    public static async Task<DemoGateway> StartAsync(Func<string, string>? change = null)
    {
        var gateway = new DemoGateway(change ?? (yaml => yaml));
        await gateway._host.StartAsync();
        return gateway;
    }

    public Task DrainAsync() => _host.DrainAsync();

    /// <summary>What a backend does to moderate: takes somebody out of a room, or ends sessions.</summary>
    public async Task DeleteAsync(string path, string? body = null)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Delete, $"http://{Admin}/v1/tenants/demo/{path}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "demo-key-for-trying-it-on-this-machine");
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await http.SendAsync(request);
        response.EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _loggers.Dispose();
    }
}
