using System.Diagnostics;

namespace WsPrism.JavaScript.Tests;

/// <summary>Runs npm in a folder of the repository that is ready for it (<see cref="NpmReady"/>).</summary>
internal static class Npm
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(12);

    public static async Task<(int ExitCode, string Output)> RunAsync(string folder, Dictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("npm", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["NO_COLOR"] = "1";
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(Patience, TimeProvider.System);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }

        return (process.ExitCode, await output + await errors);
    }

    /// <summary>The end of what was said, where the reason is.</summary>
    public static string Tail(string output) => output.Length <= 8000 ? output : output[^8000..];
}
