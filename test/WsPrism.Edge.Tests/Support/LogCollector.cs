using Microsoft.Extensions.Logging;

namespace WsPrism.Edge.Tests.Support;

/// <summary>Keeps what was logged, and lets a test wait for a line.</summary>
internal sealed class LogCollector : ILoggerProvider
{
    private readonly Lock _gate = new();
    private readonly List<(LogLevel Level, string Text)> _lines = [];
    private readonly List<(Func<string, bool> Is, int Count, TaskCompletionSource Seen)> _waiters = [];

    public string[] Lines
    {
        get
        {
            lock (_gate)
                return [.. _lines.Select(line => line.Text)];
        }
    }

    public string[] Errors
    {
        get
        {
            lock (_gate)
                return [.. _lines.Where(line => line.Level >= LogLevel.Error).Select(line => line.Text)];
        }
    }

    /// <summary>Completes when there are so many lines that hold the text.</summary>
    public Task WaitForAsync(string text, int count = 1)
    {
        var waiter = (Is: (Func<string, bool>)(line => line.Contains(text, StringComparison.Ordinal)), count, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (_gate)
        {
            _waiters.Add(waiter);
            Check();
        }

        return waiter.Item3.Task.WaitAsync(Patience.Time, TestContext.Current.CancellationToken);
    }

    public ILogger CreateLogger(string categoryName) => new Logger(this);

    public void Dispose()
    {
    }

    private void Add(LogLevel level, string text)
    {
        lock (_gate)
        {
            _lines.Add((level, text));
            Check();
        }
    }

    private void Check()
    {
        foreach (var (isIt, count, seen) in _waiters)
        {
            if (_lines.Count(line => isIt(line.Text)) >= count)
                seen.TrySetResult();
        }
    }

    private sealed class Logger(LogCollector collector) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            collector.Add(logLevel, formatter(state, exception) + exception);
    }
}
