using System.ComponentModel;
using System.Diagnostics;

namespace WsPrism.Gateway.Tests.Support;

/// <summary>Installs what the node client needs, once; without node its tests are skipped.</summary>
public sealed class NodeFixture : IAsyncLifetime
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "node");

    /// <summary>Why there is no node client; null where there is one.</summary>
    internal string? Missing { get; private set; }

    public async ValueTask InitializeAsync()
    {
        if (!await TryRunAsync("node", "--version") || !await TryRunAsync("npm", "--version"))
        {
            Missing = "node and npm are not installed: the tests with an independent WebSocket client are skipped";
        }
        else if (!File.Exists(Path.Combine(Folder, "node_modules/ws/package.json")))
        {
            Assert.True(await TryRunAsync("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"), "npm ci failed");
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    internal NodeClient Connect(string url, string[]? protocols = null, object? options = null)
    {
        Assert.SkipWhen(Missing is not null, Missing ?? string.Empty);
        return NodeClient.Start(Folder, url, protocols ?? [], options ?? new { });
    }

    private static async Task<bool> TryRunAsync(string program, params string[] arguments)
    {
        try
        {
            var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true };
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEndAsync();
            var errors = process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromMinutes(5)).Token);
            await Task.WhenAll(output, errors);
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
