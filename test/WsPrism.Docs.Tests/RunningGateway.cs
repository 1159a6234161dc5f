using System.Diagnostics;
using System.Text.RegularExpressions;
using WsPrism.Configuration;

namespace WsPrism.Docs.Tests;

/// <summary>The gateway as its own process, with a configuration from the documentation on ports that the system chooses.</summary>
internal sealed partial class RunningGateway : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _file;

    private RunningGateway(Process process, string file)
    {
        _process = process;
        _file = file;
    }

    /// <summary>Address of the client listener, host and port.</summary>
    public string Clients { get; private set; } = string.Empty;

    /// <summary>Address of the TCP listener, host and port; empty where it has none.</summary>
    public string Tcp { get; private set; } = string.Empty;

    /// <summary>Address of the admin listener, host and port.</summary>
    public string Admin { get; private set; } = string.Empty;

    public static Task<RunningGateway> StartDemoAsync() => StartAsync(DemoConfig.Text);

    public static async Task<RunningGateway> StartAsync(string yaml)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, yaml.Replace("127.0.0.1:8080", "127.0.0.1:0").Replace("127.0.0.1:9090", "127.0.0.1:0").Replace("127.0.0.1:7000", "127.0.0.1:0"));
        var gateway = new RunningGateway(Process.Start(Programs.Dotnet("wsprism.dll", "start", "--config", file))!, file);
        await gateway.ReadAddressesAsync(yaml.Contains("tcp:", StringComparison.Ordinal)).WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System);
        return gateway;
    }

    /// <summary>An example of the documentation, made to speak to this gateway.</summary>
    public string Redirect(string example) => example.Replace("127.0.0.1:8080", Clients).Replace("127.0.0.1:9090", Admin);

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        File.Delete(_file);
    }

    private async Task ReadAddressesAsync(bool hasTcp)
    {
        while (Clients.Length == 0 || (hasTcp && Tcp.Length == 0))
        {
            var line = await _process.StandardOutput.ReadLineAsync()
                ?? throw new InvalidOperationException("The gateway did not start: " + await _process.StandardError.ReadToEndAsync());
            if (AdminLine().Match(line) is { Success: true } admin)
                Admin = admin.Groups[1].Value;
            else if (ClientLine().Match(line) is { Success: true } clients)
                Clients = clients.Groups[1].Value;
            else if (TcpLine().Match(line) is { Success: true } tcp)
                Tcp = tcp.Groups[1].Value;
        }

        // Read on, so that the gateway never waits for its own log.
        _process.BeginErrorReadLine();
        _ = _process.StandardOutput.ReadToEndAsync();
    }

    [GeneratedRegex(@"Admin listener .* active at (\S+)")]
    private static partial Regex AdminLine();

    [GeneratedRegex(@"TCP transport active at tcp://(\S+)")]
    private static partial Regex TcpLine();

    [GeneratedRegex(@"gateway active at (\S+)")]
    private static partial Regex ClientLine();
}
