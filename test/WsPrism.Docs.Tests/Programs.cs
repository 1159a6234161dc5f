using System.Diagnostics;

namespace WsPrism.Docs.Tests;

/// <summary>Runs programs as a reader would.</summary>
internal static class Programs
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>How to start the gateway's program, or another assembly of the output folder.</summary>
    public static ProcessStartInfo Dotnet(string assembly, params IEnumerable<string> args) =>
        Of(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [Path.Combine(AppContext.BaseDirectory, assembly), .. args]);

    public static ProcessStartInfo Of(string program, params IEnumerable<string> args) => new(program, args)
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        WorkingDirectory = Path.GetTempPath(),
    };

    /// <summary>Runs a program to its end and returns what it wrote.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(ProcessStartInfo start)
    {
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
            throw;
        }

        return (process.ExitCode, (await output + await errors).ReplaceLineEndings("\n"));
    }
}
