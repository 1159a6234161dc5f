using Microsoft.Extensions.Logging;

namespace WsPrism.Testing;

/// <summary>Keeps what is logged. Errors that a test did not ask for with <see cref="TakeErrors"/> make <see cref="ThrowOnErrors"/> throw. Safe for all threads.</summary>
internal sealed class LogCollector(LogLevel level) : ILoggerFactory
{
    private readonly LogLevel _level = level;
    private readonly List<LogEntry> _entries = [];

    public IReadOnlyList<LogEntry> Entries
    {
        get
        {
            lock (_entries)
            {
                return [.. _entries];
            }
        }
    }

    public ILogger CreateLogger(string categoryName) => new Collector(this, categoryName);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose()
    {
    }

    /// <summary>The errors logged since the last call, which the test expects.</summary>
    public IReadOnlyList<LogEntry> TakeErrors()
    {
        lock (_entries)
        {
            var errors = _entries.Where(entry => entry.Level >= LogLevel.Error).ToArray();
            _entries.RemoveAll(entry => entry.Level >= LogLevel.Error);
            return errors;
        }
    }

    public void ThrowOnErrors()
    {
        var errors = TakeErrors();
        if (errors.Count > 0)
        {
            throw new InvalidOperationException("The log holds unexpected errors:\n" + string.Join('\n', errors));
        }
    }

    private sealed class Collector(LogCollector owner, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= owner._level;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (owner._entries)
            {
                owner._entries.Add(new LogEntry(logLevel, category, formatter(state, exception), exception));
            }
        }
    }
}

/// <summary>One line of the log.</summary>
internal sealed record LogEntry(LogLevel Level, string Category, string Message, Exception? Exception);
