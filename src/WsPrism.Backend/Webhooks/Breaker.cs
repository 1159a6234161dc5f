using Microsoft.Extensions.Logging;
using Polly.CircuitBreaker;

namespace WsPrism.Backend.Webhooks;

/// <summary>
/// Spares a backend that fails: after a while without requests one is let through, and its end decides. Asked without being used it answers at once. Safe for
/// all threads.
/// </summary>
internal sealed partial class Breaker
{
    /// <summary>Of so many requests within <see cref="Window"/> half have to fail.</summary>
    public const int MinRequests = 10;

    /// <summary>The time that is looked back at.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    /// <summary>How long nothing is sent.</summary>
    public static readonly TimeSpan Break = TimeSpan.FromSeconds(5);

    private readonly CircuitBreakerStateProvider _state = new();
    private readonly TimeProvider _time;
    private long _openUntil = long.MinValue;

    /// <summary>A breaker whose changes are logged with <paramref name="name"/>.</summary>
    public Breaker(string name, TimeProvider time, ILogger logger)
    {
        _time = time;
        Options = new CircuitBreakerStrategyOptions<WebhookAnswer>
        {
            FailureRatio = 0.5,
            MinimumThroughput = MinRequests,
            SamplingDuration = Window,
            BreakDuration = Break,
            StateProvider = _state,
            ShouldHandle = static args => ValueTask.FromResult(args.Outcome.Result.Outcome.IsTrouble()),
            OnOpened = args =>
            {
                Volatile.Write(ref _openUntil, time.GetTimestamp() + (long)(Break.TotalSeconds * time.TimestampFrequency));
                Log.Opened(logger, name, args.Outcome.Result.Outcome.Name(), Break.TotalSeconds);
                return default;
            },
            OnClosed = _ =>
            {
                Log.Closed(logger, name);
                return default;
            },
        };
    }

    /// <summary>For the pipeline that it is part of.</summary>
    public CircuitBreakerStrategyOptions<WebhookAnswer> Options { get; }

    /// <summary>True where a request would not be sent, whatever it is.</summary>
    public bool IsOpen => State == CircuitState.Open && _time.GetTimestamp() < Volatile.Read(ref _openUntil);

    public CircuitState State => _state.CircuitState;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Webhook {Name}: half of the requests fail, the last with {Outcome}; nothing is sent for {Seconds} s")]
        public static partial void Opened(ILogger logger, string name, string outcome, double seconds);

        [LoggerMessage(2, LogLevel.Information, "Webhook {Name}: answers again")]
        public static partial void Closed(ILogger logger, string name);
    }
}
