using System.Diagnostics;

namespace WsPrism.ClientBench;

/// <summary>The other side, in a process of its own.</summary>
internal sealed class PeerProcess : IAsyncDisposable
{
    private readonly Process _process;

    private PeerProcess(Process process, string url)
    {
        _process = process;
        Url = url;
    }

    public string Url { get; }

    public static async Task<PeerProcess> StartAsync()
    {
        var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [.. Program(), "--peer"]) { RedirectStandardOutput = true })!;
        return new PeerProcess(process, await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The peer did not start."));
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    // Started as `dotnet program.dll` the process is dotnet.
    private static string[] Program() =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [Environment.GetCommandLineArgs()[0]] : [];
}
