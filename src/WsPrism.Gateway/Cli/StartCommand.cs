using System.CommandLine;
using System.Runtime.InteropServices;
using WsPrism.Configuration;
using WsPrism.Core.Rooms.History;
using WsPrism.Gateway.Hosting;
using WsPrism.Gateway.Logging;
using WsPrism.Gateway.Reload;

namespace WsPrism.Gateway.Cli;

/// <summary><c>wsprism start</c>: runs the gateway until a signal drains it.</summary>
internal static class StartCommand
{
    public static Command Create()
    {
        var config = ConfigFile.CreateOption();
        var noWatch = new Option<bool>("--no-watch") { Description = "Do not take in the configuration file when it changes; SIGHUP and POST /v1/reload still do." };
        var command = new DetailedCommand(
            "start",
            "Run the gateway until Ctrl+C.",
            """
            Examples:
              wsprism start                          run ./wsprism.yaml, or in a folder without one the demonstration, which has a page to try it
              wsprism start --config /etc/wsprism/wsprism.yaml

            SIGTERM or SIGINT (Ctrl+C) drains it: no new sessions, everybody is told and sent away over gateway.drain_grace_ms, exit 0. A second signal ends it at once.
            SIGHUP, a change of the configuration file or of a plugin's file and POST /v1/reload take the file in anew, without losing a session.
            Exit codes: 0 drained, 1 wrong configuration, 2 wrong usage, 3 could not listen.
            """)
        { config, noWatch };
        command.SetAction(async (result, _) => await RunAsync(result.GetValue(config), !result.GetValue(noWatch)));
        return command;
    }

    private static async Task<int> RunAsync(FileInfo? file, bool watches)
    {
        // Before it is read: what changes while it is, is not missed.
        var path = ConfigFile.PathOf(file);
        using var watcher = watches && path is not null ? new ConfigWatcher(path) : null;
        var (result, name, isDemo) = ConfigFile.Load(file);
        if (result.Config is null)
        {
            await ConfigFile.ReportAsync(result.Errors, name);
            return ExitCode.BadConfiguration;
        }

        var levels = new LogLevels(result.Config.Gateway.Logging);
        using var loggers = LoggerSetup.Create(result.Config.Gateway.Logging.Format, levels);
        var logger = loggers.CreateLogger("WsPrism.Gateway");
        StartLog.Configuration(logger, name);
        foreach (var warning in result.Warnings)
        {
            StartLog.Warning(logger, warning.ToString());
        }

        try
        {
            var origin = new ConfigOrigin(name, path, path is null ? null : () => ConfigLoader.LoadFile(path));
            return await RunAsync(new GatewayHost(result.Config, isDemo, TimeProvider.System, loggers, origin, levels), watcher, logger);
        }
        catch (PluginsException exception)
        {
            await ConfigFile.ReportAsync(PluginCheck.Locate(exception.Problems, result.Source), name);
            return ExitCode.BadConfiguration;
        }
        catch (HistoryStoreException exception)
        {
            StartLog.CannotStart(logger, $"gateway.history.path: {exception.Message}");
            return ExitCode.BadConfiguration;
        }
        catch (Exception exception) when (exception is CertificateException or IoException)
        {
            StartLog.CannotStart(logger, exception.Message);
            return ExitCode.BadConfiguration;
        }
        catch (ListenException exception)
        {
            StartLog.CannotStart(logger, exception.Message);
            return ExitCode.CannotListen;
        }
    }

    private static async Task<int> RunAsync(GatewayHost gateway, ConfigWatcher? watcher, ILogger logger)
    {
        await using var host = gateway;
        using var signals = new DrainSignals();
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            _ = host.Reload.RunAsync("SIGHUP");
        });
        await host.StartAsync();
        using var watching = new CancellationTokenSource();
        var watch = watcher?.RunAsync(() => host.Reload.PluginFiles, () => host.Reload.RunAsync("file change"), TimeProvider.System, watching.Token) ?? Task.CompletedTask;
        if (watcher is not null)
        {
            StartLog.Watching(logger);
        }

        await signals.WaitAsync();
        await watching.CancelAsync();
        await host.DrainAsync();
        await watch;
        return ExitCode.Ok;
    }

    /// <summary>The first SIGTERM or SIGINT asks for a drain, the second ends the process at once with the shell's code for it.</summary>
    private sealed class DrainSignals : IDisposable
    {
        private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly PosixSignalRegistration _terminate;
        private readonly PosixSignalRegistration _interrupt;

        public DrainSignals()
        {
            _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => OnSignal(context, 128 + 15));
            _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => OnSignal(context, 128 + 2));
        }

        public Task WaitAsync() => _first.Task;

        public void Dispose()
        {
            _terminate.Dispose();
            _interrupt.Dispose();
        }

        private void OnSignal(PosixSignalContext context, int exitCode)
        {
            context.Cancel = true;
            if (!_first.TrySetResult())
            {
                Environment.Exit(exitCode);
            }
        }
    }
}

/// <summary>The lines of start-up.</summary>
internal static partial class StartLog
{
    [LoggerMessage(1, LogLevel.Information, "Configuration: {Name}")]
    public static partial void Configuration(ILogger logger, string name);

    [LoggerMessage(2, LogLevel.Warning, "{Warning}")]
    public static partial void Warning(ILogger logger, string warning);

    [LoggerMessage(3, LogLevel.Error, "{Message}")]
    public static partial void CannotStart(ILogger logger, string message);

    [LoggerMessage(4, LogLevel.Information, "wsPrism gateway active at {Address}")]
    public static partial void Active(ILogger logger, string address);

    [LoggerMessage(10, LogLevel.Information, "wsPrism gateway active at {Address} (TLS)")]
    public static partial void ActiveWithTls(ILogger logger, string address);

    [LoggerMessage(12, LogLevel.Information, "io_uring is not to be had ({Problem}): sockets are written to one by one, which costs more CPU in large rooms")]
    public static partial void NoRing(ILogger logger, string problem);

    [LoggerMessage(13, LogLevel.Information, "TCP transport active at {Address}{Security}")]
    public static partial void TcpActive(ILogger logger, string address, string security);

    [LoggerMessage(5, LogLevel.Information, "Admin listener (/metrics, /healthz, /readyz, server API) active at {Address}{Security}")]
    public static partial void AdminActive(ILogger logger, string address, string security);

    [LoggerMessage(6, LogLevel.Information, "Loaded configuration for tenant: \"{Tenant}\"")]
    public static partial void TenantLoaded(ILogger logger, string tenant);

    [LoggerMessage(7, LogLevel.Information, "Try it: open {Url} in a browser")]
    public static partial void TryIt(ILogger logger, string url);

    [LoggerMessage(8, LogLevel.Information, "Draining: {Sessions} sessions over {GraceMs} ms; a second signal ends at once")]
    public static partial void Draining(ILogger logger, int sessions, int graceMs);

    [LoggerMessage(11, LogLevel.Information, "The configuration file and those of plugins are watched; a change is taken in without a restart")]
    public static partial void Watching(ILogger logger);

    [LoggerMessage(9, LogLevel.Information, "Drained")]
    public static partial void Drained(ILogger logger);
}
