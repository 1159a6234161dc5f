using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;

namespace WsPrism.Backend.Webhooks;

/// <summary>Sends what a backend is to be told, again where that makes sense, and counts requests. Safe for all threads.</summary>
internal sealed class WebhookSender : IDisposable
{
    private readonly WebhookClient _client;
    private readonly WebhookCounters _counters;
    private readonly TimeProvider _time;
    private readonly ResiliencePipeline<WebhookAnswer> _pipeline;

    private WebhookSender(WebhookClient client, WebhookCounters counters, TimeProvider time, ResiliencePipelineBuilder<WebhookAnswer> pipeline)
    {
        _client = client;
        _counters = counters;
        _time = time;
        _pipeline = pipeline.Build();
    }

    /// <summary>For messages, which somebody waits for: repeats soon, and only what cannot have been acted on.</summary>
    public static WebhookSender ForMessages(WebhookClient client, WebhookCounters counters, TimeProvider time, int retries, Breaker breaker)
    {
        var pipeline = Begin(time, retries, static outcome => outcome.IsSafeToRepeat(), TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(2));
        pipeline.AddCircuitBreaker(breaker.Options);
        return new WebhookSender(client, counters, time, pipeline);
    }

    /// <summary>For events, which nobody waits for and which happen once for a receiver that looks at <c>Webhook-Id</c>.</summary>
    public static WebhookSender ForEvents(WebhookClient client, WebhookCounters counters, TimeProvider time, int retries) =>
        new(client, counters, time, Begin(time, retries, static outcome => outcome.IsTrouble(), TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(30)));

    /// <summary>Sends until it is taken, or is not worth another try; <paramref name="timeout"/> is for each request, <paramref name="patience"/> for all together.</summary>
    public async Task<WebhookAnswer> SendAsync(WebhookRequest request, TimeSpan timeout, CancellationToken patience)
    {
        try
        {
            return await _pipeline.ExecuteAsync(
                static (state, cancellation) => new ValueTask<WebhookAnswer>(state.Sender.SendOnceAsync(state.Request, state.Timeout, cancellation)),
                (Sender: this, Request: request, Timeout: timeout), patience).ConfigureAwait(false);
        }
        catch (BrokenCircuitException)
        {
            return new WebhookAnswer(WebhookOutcome.BreakerOpen);
        }
        catch (ObjectDisposedException)
        {
            // The gateway ends.
            return new WebhookAnswer(WebhookOutcome.Unreachable);
        }
        catch (OperationCanceledException)
        {
            return new WebhookAnswer(WebhookOutcome.Timeout);
        }
    }

    public void Dispose() => _client.Dispose();

    private static ResiliencePipelineBuilder<WebhookAnswer> Begin(
        TimeProvider time, int retries, Func<WebhookOutcome, bool> isRepeated, TimeSpan delay, TimeSpan maxDelay)
    {
        var pipeline = new ResiliencePipelineBuilder<WebhookAnswer> { TimeProvider = time };
        return retries == 0
            ? pipeline
            : pipeline.AddRetry(new RetryStrategyOptions<WebhookAnswer>
            {
                ShouldHandle = args => ValueTask.FromResult(args.Outcome.Exception is null && isRepeated(args.Outcome.Result.Outcome)),
                MaxRetryAttempts = retries,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = delay,
                MaxDelay = maxDelay,
            });
    }

    private async Task<WebhookAnswer> SendOnceAsync(WebhookRequest request, TimeSpan timeout, CancellationToken patience)
    {
        using var alone = new CancellationTokenSource(timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(alone.Token, patience);
        var started = _time.GetTimestamp();
        var answer = await _client.PostAsync(request, either.Token).ConfigureAwait(false);
        _counters.CountRequest(_time.GetElapsedTime(started));
        return answer;
    }
}
