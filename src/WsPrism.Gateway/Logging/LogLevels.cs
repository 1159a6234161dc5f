using Microsoft.Extensions.Options;
using WsPrism.Core.Configuration;

namespace WsPrism.Gateway.Logging;

/// <summary>What is logged, by level and category: <c>gateway.logging</c>, as the loggers ask for it. A reload changes it under them. Safe for all threads.</summary>
internal sealed class LogLevels : IOptionsMonitor<LoggerFilterOptions>
{
    private readonly Lock _gate = new();
    private volatile LoggerFilterOptions _options;
    private Action<LoggerFilterOptions, string?>? _listeners;

    public LogLevels(LoggingConfig config) => _options = Compile(config);

    public LoggerFilterOptions CurrentValue => _options;

    public LoggerFilterOptions Get(string? name) => _options;

    /// <summary>From here on this is logged.</summary>
    public void Configure(LoggingConfig config)
    {
        lock (_gate)
        {
            _options = Compile(config);
            _listeners?.Invoke(_options, null);
        }
    }

    public IDisposable? OnChange(Action<LoggerFilterOptions, string?> listener)
    {
        lock (_gate)
        {
            _listeners += listener;
        }

        return null;
    }

    private static LoggerFilterOptions Compile(LoggingConfig config)
    {
        var options = new LoggerFilterOptions { MinLevel = LevelOf(config.Level) };

        // What the framework says about each request is not the gateway's log.
        Add("Microsoft", LogLevel.Warning);
        Add("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Critical);

        // A listener that cannot be opened is told in one line of our own, not in a stack trace.
        Add("Microsoft.Extensions.Hosting", LogLevel.None);
        foreach (var (category, level) in config.Categories)
        {
            Add(category, AtMost(category, LevelOf(level)));
        }

        return options;

        void Add(string category, LogLevel level) => options.Rules.Add(new LoggerFilterRule(null, category, level, null));
    }

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
