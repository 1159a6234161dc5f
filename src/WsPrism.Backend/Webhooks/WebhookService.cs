using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text;
using Microsoft.Extensions.Logging;
using WsPrism.Core.Answers;
using WsPrism.Core.Configuration;
using WsPrism.Core.Dispatch;
using WsPrism.Core.Sessions;
using WsPrism.Protocol;
using WsPrism.Services;

namespace WsPrism.Backend.Webhooks;

/// <summary>
/// A service whose messages are posted to a URL, one after the other for each session. A message leaves its shard at once; what runs and what waits is
/// bounded, and a backend that fails is spared by a breaker. Safe for all threads.
/// </summary>
internal sealed class WebhookService : IExtService, IDisposable
{
    private static readonly JsonWriterOptions Compact = new() { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly CallLines _lines;
    private readonly TimeProvider _time;

    public WebhookService(string tenant, ExtServiceConfig config, TimeProvider time, ILogger logger)
    {
        Tenant = tenant;
        Config = config;
        Logger = logger;
        NameUtf8 = Encoding.UTF8.GetBytes(config.Name);
        Timeout = TimeSpan.FromMilliseconds(config.TimeoutMs);
        _time = time;
        _lines = new CallLines(config.MaxInFlight, config.MaxQueue);
        Breaker = new Breaker($"{tenant}/{config.Name}", time, logger);
        var client = new WebhookClient(config.Url!, new WebhookSigner(config.Secret!, config.PreviousSecret), config.MaxInFlight, Timeout, time);
        Sender = WebhookSender.ForMessages(client, Counters, time, config.Retries, Breaker);
    }

    public string Name => Config.Name;

    public byte[] NameUtf8 { get; }

    /// <summary>The tenant's id.</summary>
    public string Tenant { get; }

    public ExtServiceConfig Config { get; }

    public TimeSpan Timeout { get; }

    public ILogger Logger { get; }

    public WebhookSender Sender { get; }

    public Breaker Breaker { get; }

    public WebhookCounters Counters { get; } = new();

    /// <summary>Requests under way, and pauses between repetitions.</summary>
    public int InFlight => _lines.Running;

    /// <summary>Messages that wait for their turn.</summary>
    public int Waiting => _lines.Waiting;

    public void OnMessage(in ExtMessage message, IExtContext context)
    {
        if (Breaker.IsOpen)
        {
            Counters.Count(WebhookOutcome.BreakerOpen);
            context.Fail(ErrorCode.ServiceUnavailable, WebhookTexts.Unavailable);
            return;
        }

        if (context.Defer() is not { } deferred)
        {
            return;
        }

        var session = (Session)context.Session;
        var call = new WebhookCall(this, deferred, session.Tenant, CreateRequest(message, context), message.Id.Length, _time);
        if (!_lines.TryAdd(session, call))
        {
            Counters.Count(WebhookOutcome.QueueFull);
            deferred.Resume(static late => late.Fail(ErrorCode.ServiceUnavailable, WebhookTexts.Unavailable));
        }
    }

    public void Dispose() => Sender.Dispose();

    private WebhookRequest CreateRequest(in ExtMessage message, IExtContext context) => new()
    {
        Id = $"msg_{SessionId.Create(context.ServerTimeMs)}",
        Type = "wsprism.message",
        Subject = $"{Name}:{Encoding.UTF8.GetString(message.Type)}",
        Tenant = Tenant,
        Time = DateTimeOffset.FromUnixTimeMilliseconds(context.ServerTimeMs),
        Body = WriteBody(message, context),
    };

    private byte[] WriteBody(in ExtMessage message, IExtContext context)
    {
        var body = new ArrayBufferWriter<byte>(256 + message.Data.Length + context.Session.State.Length);
        using var json = new Utf8JsonWriter(body, Compact);
        MessageJson.Write(json, NameUtf8, message, context);
        json.Flush();
        return body.WrittenSpan.ToArray();
    }
}
