using System.CommandLine;
using Microsoft.Extensions.Logging.Abstractions;
using WsPrism.Gateway.Hosting;
using WsPrism.Gateway.Reload;
using WsPrism.Plugins;

namespace WsPrism.Gateway.Cli;

/// <summary><c>wsprism validate</c>: all that <c>start</c> checks, but listening.</summary>
internal static class ValidateCommand
{
    public static Command Create()
    {
        var config = ConfigFile.CreateOption();
        var command = new DetailedCommand(
            "validate",
            "Check a configuration without starting: every mistake at once, with its line.",
            """
            Examples:
              wsprism validate                       check ./wsprism.yaml
              wsprism validate --config wsprism.yaml

            All that start checks is checked: files, keys, certificates and plugins too. Exit codes: 0 it is right, 1 it is not, 2 wrong usage.
            """)
        { config };
        command.SetAction(async (result, _) => await RunAsync(result.GetValue(config)));
        return command;
    }

    private static async Task<int> RunAsync(FileInfo? file)
    {
        var (result, name, _) = ConfigFile.Load(file);
        foreach (var warning in result.Warnings)
        {
            await Console.Out.WriteLineAsync($"warning: {warning}");
        }

        if (result.Config is null)
        {
            await ConfigFile.ReportAsync(result.Errors, name);
            return ExitCode.BadConfiguration;
        }

        try
        {
            ServerCertificate.Load(result.Config.Gateway.Tls, "gateway.tls")?.Dispose();
            ServerCertificate.Load(result.Config.Gateway.Admin.Tls, "gateway.admin.tls")?.Dispose();
        }
        catch (CertificateException exception)
        {
            await Console.Error.WriteLineAsync($"{name}: {exception.Message}");
            return ExitCode.BadConfiguration;
        }

        using var plugins = new PluginServices(PluginKinds.Create(TimeProvider.System, NullLoggerFactory.Instance));
        if (plugins.Prepare(result.Config) is { Count: > 0 } problems)
        {
            await ConfigFile.ReportAsync(PluginCheck.Locate(problems, result.Source), name);
            return ExitCode.BadConfiguration;
        }

        var tenants = result.Config.Tenants;
        await Console.Out.WriteLineAsync($"{name} is valid: {tenants.Count} {(tenants.Count == 1 ? "tenant" : "tenants")} ({string.Join(", ", tenants.Select(tenant => tenant.Id))})");
        return ExitCode.Ok;
    }
}
