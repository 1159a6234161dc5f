using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace WsPrism.Gateway.Tests.Support;

/// <summary>Keeps every log entry of a gateway, from trace on.</summary>
internal sealed class LogRecorder : ILoggerProvider
{
    private ConcurrentQueue<(LogLevel Level, string Text)> _entries = new();

    public IEnumerable<string> Lines => _entries.Select(entry => entry.Text);

    public IEnumerable<string> Errors => _entries.Where(entry => entry.Level >= LogLevel.Error).Select(entry => entry.Text);

    /// <summary>Takes out the errors with this text, which the test expects; their number.</summary>
    public int TakeErrors(string text)
    {
        var all = _entries;
        var expected = all.Where(entry => entry.Level >= LogLevel.Error && entry.Text.Contains(text, StringComparison.Ordinal)).ToHashSet();
        var count = all.Count(expected.Contains);
        _entries = new(all.Where(entry => !expected.Contains(entry)));
        return count;
    }

    public ILogger CreateLogger(string categoryName) => new Recorder(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Recorder(LogRecorder owner, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            owner._entries.Enqueue((logLevel, $"{logLevel} {category}: {formatter(state, exception)} {exception}"));
    }
}
