using Microsoft.Extensions.Logging.Console;
using WsPrism.Core.Configuration;

namespace WsPrism.Gateway.Logging;

/// <summary>Makes the loggers that <c>gateway.logging</c> asks for.</summary>
internal static class LoggerSetup
{
    public static ILoggerFactory Create(LoggingConfig config) => LoggerFactory.Create(builder =>
    {
        builder.SetMinimumLevel(LevelOf(config.Level));

        // What the framework says about each request is not the gateway's log.
        builder.AddFilter("Microsoft", LogLevel.Warning);
        builder.AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Critical);

        // A listener that cannot be opened is told in one line of our own, not in a stack trace.
        builder.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        foreach (var (category, level) in config.Categories)
        {
            builder.AddFilter(category, AtMost(category, LevelOf(level)));
        }

        if (config.Format == "json")
        {
            builder.AddJsonConsole(options =>
            {
                options.UseUtcTimestamp = true;
                options.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
            });
        }
        else
        {
            builder.AddConsoleFormatter<PlainConsoleFormatter, ConsoleFormatterOptions>();
            builder.AddConsole(options => options.FormatterName = PlainConsoleFormatter.FormatterName);
        }
    });

    // At a finer level the framework writes down requests with their query and with broken header lines, and so the tickets in them.
    private static LogLevel AtMost(string category, LogLevel level) =>
        category.StartsWith("Microsoft", StringComparison.OrdinalIgnoreCase) && level < LogLevel.Warning ? LogLevel.Warning : level;

    private static LogLevel LevelOf(string level) => level switch
    {
        "trace" => LogLevel.Trace,
        "debug" => LogLevel.Debug,
        "warn" => LogLevel.Warning,
        "error" => LogLevel.Error,
        "none" => LogLevel.None,
        _ => LogLevel.Information,
    };
}
