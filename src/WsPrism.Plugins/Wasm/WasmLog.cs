using Microsoft.Extensions.Logging;

namespace WsPrism.Plugins.Wasm;

/// <summary>
/// Writes what modules log and what they fail with, so many lines a second at most: who sends messages must not fill the operator's disk. Safe for all threads.
/// </summary>
internal sealed partial class WasmLog(WasmPlugin plugin, TimeProvider time, ILogger logger)
{
    /// <summary>Lines of the module a second, and lines about its failures.</summary>
    public const int MaxLinesPerSecond = 10;

    private LineBudget _words = new(MaxLinesPerSecond);
    private LineBudget _failures = new(MaxLinesPerSecond);

    public void Write(WasmCallLog call)
    {
        foreach (var (level, text) in call.Lines)
        {
            if (_words.TryTake(time, out var dropped))
            {
                // 0 debug, 1 information, 2 warning, 3 and more error; as its author sees it, not as the gateway does.
                var severity = (LogLevel)(Math.Clamp(level, 0, 3) + 1);
                Log.Said(logger, severity, plugin.Tenant, plugin.Config.Name, text);
            }

            if (dropped > 0)
            {
                Log.Dropped(logger, plugin.Tenant, plugin.Config.Name, dropped);
            }
        }
    }

    public void Failed(string problem)
    {
        if (_failures.TryTake(time, out _))
        {
            Log.Failed(logger, plugin.Tenant, plugin.Config.Name, plugin.Config.File!.Name, problem);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 21, Message = "Module {Tenant}/{Service}: {Text}")]
        public static partial void Said(ILogger logger, LogLevel level, string tenant, string service, string text);

        [LoggerMessage(22, LogLevel.Warning, "Module {Tenant}/{Service}: {Count} lines within a second were dropped")]
        public static partial void Dropped(ILogger logger, string tenant, string service, int count);

        [LoggerMessage(23, LogLevel.Error, "Module {Tenant}/{Service} ({File}) failed on a message: {Problem}")]
        public static partial void Failed(ILogger logger, string tenant, string service, string file, string problem);
    }
}
