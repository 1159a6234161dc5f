using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace WsPrism.Gateway.Logging;

/// <summary>One line a message for people: <c>INFO  wsPrism gateway active at 0.0.0.0:8080</c>. Whoever collects the lines stamps them with the time.</summary>
internal sealed class PlainConsoleFormatter : ConsoleFormatter
{
    public const string FormatterName = "wsprism";

    public PlainConsoleFormatter()
        : base(FormatterName)
    {
    }

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        textWriter.Write(logEntry.LogLevel switch
        {
            LogLevel.Trace => "TRACE ",
            LogLevel.Debug => "DEBUG ",
            LogLevel.Information => "INFO  ",
            LogLevel.Warning => "WARN  ",
            _ => "ERROR ",
        });

        // A message may carry what a client sent; it must not look like lines of the log's own.
        textWriter.WriteLine(logEntry.Formatter(logEntry.State, logEntry.Exception).ReplaceLineEndings("\\n"));
        if (logEntry.Exception is not null)
        {
            textWriter.WriteLine(logEntry.Exception.ToString());
        }
    }
}
