using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace WsPrism.Gateway.Logging;

/// <summary>Makes the loggers that <c>gateway.logging</c> asks for.</summary>
internal static class LoggerSetup
{
    /// <summary>Lines go to standard output, or all of them to standard error.</summary>
    public static ILoggerFactory Create(string format, LogLevels levels, bool toStandardError = false) => LoggerFactory.Create(builder =>
    {
        builder.Services.AddSingleton<IOptionsMonitor<LoggerFilterOptions>>(levels);
        if (format == "json")
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
            builder.AddConsole(options =>
            {
                options.FormatterName = PlainConsoleFormatter.FormatterName;
                options.LogToStandardErrorThreshold = toStandardError ? LogLevel.Trace : LogLevel.None;
            });
        }
    });
}
