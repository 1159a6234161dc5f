using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.CircuitBreaker;
using WsPrism.Core.Configuration;
using WsPrism.Core.Tickets;

namespace WsPrism.Backend.Tickets;

/// <summary>
/// Asks the tenant's backend about a ticket (<c>auth.webhook</c>). So many questions at once and no more; who comes later waits for a turn, within the same
/// time. Where most questions fail it asks no more for a while, so that a backend that is down is not asked by everybody who comes. Safe for all threads.
/// </summary>
internal sealed partial class TicketWebhook : ITicketJudge, IDisposable
{
    /// <summary>The longest answer: a list of rooms can be long.</summary>
    public const int MaxAnswerBytes = 65_536;

    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly string _tenant;
    private readonly AuthWebhookConfig _config;
    private readonly HttpClient _http;
    private readonly SemaphoreSlim _turns;
    private readonly ResiliencePipeline<TicketVerdict> _breaker;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private long _accepted;
    private long _refused;
    private long _failed;
    private volatile bool _isFailing;

    public TicketWebhook(string tenant, AuthWebhookConfig config, TimeProvider time, ILogger logger)
    {
        _tenant = tenant;
        _config = config;
        _http = OutboundHttp.CreateClient(config.MaxInFlight);
        _turns = new SemaphoreSlim(config.MaxInFlight);
        _time = time;
        _logger = logger;
        _breaker = new ResiliencePipelineBuilder<TicketVerdict> { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<TicketVerdict>
            {
                ShouldHandle = static outcome => ValueTask.FromResult(outcome.Outcome.Result.Failure == TicketFailure.Unavailable),
                FailureRatio = 0.5,
                MinimumThroughput = 10,
                SamplingDuration = TimeSpan.FromSeconds(10),
                BreakDuration = TimeSpan.FromSeconds(5),
            })
            .Build();
    }

    public TicketJudgeStatus Status => new(Volatile.Read(ref _accepted), Volatile.Read(ref _refused), Volatile.Read(ref _failed));

    public async Task<TicketVerdict> JudgeAsync(string ticket, TicketBearer bearer, CancellationToken cancellation)
    {
        TicketVerdict verdict;
        try
        {
            verdict = await _breaker.ExecuteAsync(
                static (state, token) => state.Self.AskAsync(state.ticket, state.bearer, token), (Self: this, ticket, bearer), cancellation).ConfigureAwait(false);
        }
        catch (BrokenCircuitException)
        {
            verdict = TicketFailure.Unavailable;
        }

        Interlocked.Increment(ref verdict.Identity is not null ? ref _accepted : ref verdict.Failure == TicketFailure.Unavailable ? ref _failed : ref _refused);
        return verdict;
    }

    public void Dispose()
    {
        _http.Dispose();
        _turns.Dispose();
    }

    private async ValueTask<TicketVerdict> AskAsync(string ticket, TicketBearer bearer, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(_config.TimeoutMs), _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            await _turns.WaitAsync(either.Token).ConfigureAwait(false);
            try
            {
                return await PostAsync(ticket, bearer, either.Token).ConfigureAwait(false);
            }
            finally
            {
                _turns.Release();
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Fail("no answer in time");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or ObjectDisposedException)
        {
            return Fail(e is HttpRequestException { HttpRequestError: not HttpRequestError.Unknown } error ? $"{error.HttpRequestError}" : "the connection broke");
        }
    }

    private async Task<TicketVerdict> PostAsync(string ticket, TicketBearer bearer, CancellationToken cancellation)
    {
        // Before the question: what is revoked while the backend answers is revoked.
        var askedAtMs = _time.GetUtcNow().ToUnixTimeMilliseconds();
        using var request = new HttpRequestMessage(HttpMethod.Post, _config.Url) { Content = new ByteArrayContent(Write(ticket, bearer)) { Headers = { ContentType = Json } } };
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
        if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            _isFailing = false;
            return TicketFailure.Refused;
        }

        if (response.StatusCode != HttpStatusCode.OK)
        {
            return Fail($"it answered {(int)response.StatusCode}");
        }

        if (await OutboundHttp.ReadBodyAsync(response, MaxAnswerBytes, cancellation).ConfigureAwait(false) is not { } body)
        {
            return Fail($"its answer is longer than {MaxAnswerBytes} bytes");
        }

        if (TicketAnswer.Read(body, askedAtMs, out var problem) is not { } identity)
        {
            return Fail($"its answer {problem}");
        }

        _isFailing = false;
        return identity.ExpiresAtMs <= _time.GetUtcNow().ToUnixTimeMilliseconds() ? TicketFailure.Expired : identity;
    }

    private byte[] Write(string ticket, TicketBearer bearer)
    {
        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("tenant"u8, _tenant);
            json.WriteString("ticket"u8, ticket);
            json.WriteString("address"u8, bearer.Address);
            json.WriteString("transport"u8, bearer.Transport);
            if (bearer.Origin.Length > 0)
            {
                json.WriteString("origin"u8, bearer.Origin);
            }

            json.WriteEndObject();
        }

        return body.ToArray();
    }

    private TicketVerdict Fail(string problem)
    {
        if (!_isFailing)
        {
            _isFailing = true;
            Log.Failed(_logger, _tenant, problem);
        }

        return TicketFailure.Unavailable;
    }

    private static partial class Log
    {
        // Once until it works again: clients come often.
        [LoggerMessage(5, LogLevel.Warning, "The backend does not decide on tickets (auth.webhook): tenant={Tenant} problem={Problem}")]
        public static partial void Failed(ILogger logger, string tenant, string problem);
    }
}
