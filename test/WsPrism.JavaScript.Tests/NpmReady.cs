using System.ComponentModel;
using System.Diagnostics;

namespace WsPrism.JavaScript.Tests;

/// <summary>Makes folders of Node.js projects ready with <c>tools/npm-ready</c>, as <c>check</c> does for all of them. Tests of such projects are one collection: one after the other.</summary>
internal static class NpmReady
{
    private const int NoNode = 3;

    /// <summary>Installs what the folders need, and builds the client; returns why the tests are skipped where there is no Node.js for it.</summary>
    public static async Task<string?> ReadyAsync(params string[] folders)
    {
        Process process;
        try
        {
            process = Process.Start(new ProcessStartInfo(Repository.PathOf("tools/npm-ready"), folders) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        }
        catch (Win32Exception)
        {
            return "tools/npm-ready does not run here, which needs bash";
        }

        using (process)
        {
            var output = process.StandardOutput.ReadToEndAsync();
            var errors = await process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            Assert.True(process.ExitCode is 0 or NoNode, $"tools/npm-ready failed:\n{errors}{await output}");
            return process.ExitCode == 0 ? null : $"Skipped: {errors.Trim()}";
        }
    }
}
