using Microsoft.Extensions.Logging;
using WsPrism.Core.Configuration;
using WsPrism.Services;

namespace WsPrism.Plugins.Native;

/// <summary>What a native plugin is given. Immutable, safe for all threads.</summary>
internal sealed partial class PluginHost(string tenant, ExtServiceConfig config, TimeProvider time, ILogger logger) : IPluginHost
{
    public string Tenant => tenant;

    public string Service => config.Name;

    public IReadOnlyDictionary<string, string> Settings => config.Settings;

    public TimeProvider Time => time;

    public void Log(PluginLogLevel level, string text, Exception? exception = null)
    {
        var at = LevelOf(level);
        if (logger.IsEnabled(at))
        {
            Lines.Said(logger, at, exception, tenant, config.Name, text);
        }
    }

    private static LogLevel LevelOf(PluginLogLevel level) => level switch
    {
        PluginLogLevel.Debug => LogLevel.Debug,
        PluginLogLevel.Information => LogLevel.Information,
        PluginLogLevel.Warning => LogLevel.Warning,
        _ => LogLevel.Error,
    };

    private static partial class Lines
    {
        [LoggerMessage(EventId = 1, Message = "Plugin {Tenant}/{Service}: {Text}")]
        public static partial void Said(ILogger logger, LogLevel level, Exception? exception, string tenant, string service, string text);
    }
}
