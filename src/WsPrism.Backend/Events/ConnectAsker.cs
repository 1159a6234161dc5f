using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using WsPrism.Backend.Webhooks;
using WsPrism.Core.Configuration;
using WsPrism.Core.Sessions;

namespace WsPrism.Backend.Events;

/// <summary>
/// Asks a backend whether a client with a good ticket may come in. It waits for the answer and nobody else does; who lets clients wait bounds their number. A
/// backend that does not answer lets nobody in. Safe for all threads.
/// </summary>
internal sealed partial class ConnectAsker : IDisposable
{
    private const int Retries = 1;

    // A handshake waits no longer than this for anything.
    private const int MaxTimeoutMs = 10_000;

    private static readonly JsonWriterOptions Compact = new() { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly long[] _outcomes = new long[ConnectOutcomes.Names.Length];
    private readonly WebhookSender _sender;
    private readonly TimeSpan _timeout;
    private readonly string _tenant;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private int _inFlight;

    public ConnectAsker(string tenant, EventsConfig config, TimeProvider time, ILogger logger)
    {
        _tenant = tenant;
        _time = time;
        _logger = logger;
        _timeout = TimeSpan.FromMilliseconds(Math.Min(config.TimeoutMs, MaxTimeoutMs));
        Breaker = new Breaker($"{tenant}, connect", time, logger);
        var client = new WebhookClient(config.Url, new WebhookSigner(config.Secret, config.PreviousSecret), config.MaxInFlight, _timeout, time);
        _sender = WebhookSender.ForMessages(client, Requests, time, Retries, Breaker);
    }

    public Breaker Breaker { get; }

    public WebhookCounters Requests { get; } = new();

    /// <summary>Clients that are being asked about.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Clients asked about, by how that ended.</summary>
    public long this[ConnectOutcome outcome] => Volatile.Read(ref _outcomes[(int)outcome]);

    /// <summary>Asks; <paramref name="cancellation"/> is thrown, everything else is an answer.</summary>
    public async Task<ConnectDecision> AskAsync(Identity identity, string address, string origin, string transport, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _inFlight);
        try
        {
            using var patience = new CancellationTokenSource(_timeout, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
            var answer = await _sender.SendAsync(CreateRequest(identity, address, origin, transport), _timeout, either.Token).ConfigureAwait(false);
            cancellation.ThrowIfCancellationRequested();
            var decision = Read(answer);
            Interlocked.Increment(ref _outcomes[(int)decision.Outcome]);
            return decision;
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
        }
    }

    public void Dispose() => _sender.Dispose();

    private ConnectDecision Read(in WebhookAnswer answer)
    {
        if (answer.Status is 401 or 403)
        {
            return new ConnectDecision(answer.Status == 401 ? ConnectOutcome.AuthFailed : ConnectOutcome.NotAllowed);
        }

        if (answer.Outcome != WebhookOutcome.Ok)
        {
            Log.NoAnswer(_logger, _tenant, answer.Outcome.Name(), answer.Status);
        }
        else if (ConnectAnswer.TryRead(answer.Body, out var decision, out var problem))
        {
            return decision;
        }
        else
        {
            Log.WrongAnswer(_logger, _tenant, problem);
        }

        return new ConnectDecision(ConnectOutcome.Unavailable);
    }

    private WebhookRequest CreateRequest(Identity identity, string address, string origin, string transport)
    {
        var now = _time.GetUtcNow();
        return new WebhookRequest
        {
            Id = $"evt_{SessionId.Create(now.ToUnixTimeMilliseconds())}",
            Type = "wsprism.connect",
            Subject = identity.User,
            Tenant = _tenant,
            Time = now,
            Body = WriteBody(identity, address, origin, transport, now.ToUnixTimeMilliseconds()),
        };
    }

    private byte[] WriteBody(Identity identity, string address, string origin, string transport, long nowMs)
    {
        var body = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(body, Compact);
        json.WriteStartObject();
        json.WriteString("event"u8, "connect"u8);
        json.WriteString("tenant"u8, _tenant);
        json.WriteString("user"u8, identity.UserUtf8);
        json.WriteStartArray("roles"u8);
        foreach (var role in identity.Roles)
        {
            json.WriteStringValue(role);
        }

        json.WriteEndArray();
        json.WriteString("transport"u8, transport);
        json.WriteString("address"u8, address);
        if (origin.Length > 0)
        {
            json.WriteString("origin"u8, origin);
        }

        json.WriteNumber("time_ms"u8, nowMs);
        json.WriteEndObject();
        json.Flush();
        return body.WrittenSpan.ToArray();
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "Connect of {Tenant}: no answer: {Outcome} (status {Status})")]
        public static partial void NoAnswer(ILogger logger, string tenant, string outcome, int status);

        [LoggerMessage(2, LogLevel.Warning, "Connect of {Tenant}: wrong answer: {Problem}")]
        public static partial void WrongAnswer(ILogger logger, string tenant, string problem);
    }
}
