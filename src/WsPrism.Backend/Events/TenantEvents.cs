using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using WsPrism.Backend.Webhooks;
using WsPrism.Core.Configuration;
using WsPrism.Core.Dispatch;
using WsPrism.Core.Rooms;
using WsPrism.Core.Sessions;
using WsPrism.Core.Tenants;

namespace WsPrism.Backend.Events;

/// <summary>
/// Tells a backend what happens in a tenant. Events of one user arrive in their order, and so do those of one room's being; what waits is bounded, and a newer
/// event gives way. Safe for all threads.
/// </summary>
internal sealed partial class TenantEvents : ITenantEvents, IDisposable
{
    private static readonly JsonWriterOptions Compact = new() { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly TimeSpan DrainStep = TimeSpan.FromMilliseconds(10);

    private readonly CallLines _lines;
    private readonly WebhookSender _sender;
    private readonly CancellationTokenSource _stop = new();
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private long _lastSeq;
    private int _isFailing;

    public TenantEvents(string tenant, EventsConfig config, TimeProvider time, ILogger logger)
    {
        Tenant = tenant;
        Config = config;
        _time = time;
        _logger = logger;
        _timeout = TimeSpan.FromMilliseconds(config.TimeoutMs);
        _lines = new CallLines(config.MaxInFlight, config.MaxQueue);
        var client = new WebhookClient(config.Url, new WebhookSigner(config.Secret, config.PreviousSecret), config.MaxInFlight, _timeout, time);
        _sender = WebhookSender.ForEvents(client, Requests, time, config.Retries);
        Connect = config.Connect ? new ConnectAsker(tenant, config, time, logger) : null;
    }

    /// <summary>The tenant's id.</summary>
    public string Tenant { get; }

    public EventsConfig Config { get; }

    /// <summary>Who is asked about clients that want in; null where nobody is.</summary>
    public ConnectAsker? Connect { get; }

    public WebhookCounters Requests { get; } = new();

    public EventCounters Counters { get; } = new();

    /// <summary>Events under way, and pauses between repetitions.</summary>
    public int InFlight => _lines.Running;

    /// <summary>Events that wait for their turn.</summary>
    public int Waiting => _lines.Waiting;

    public void Disconnected(Session session, EndReason reason, ushort code)
    {
        if (Config.Disconnect)
        {
            Tell(EventKind.Disconnect, session.User, session.SessionId, json =>
            {
                WriteSession(json, session);
                json.WriteString("reason"u8, reason.Name());
                json.WriteNumber("code"u8, code);
                if (!session.State.IsEmpty)
                {
                    json.WritePropertyName("state"u8);
                    json.WriteRawValue(session.State, skipInputValidation: true);
                }
            });
        }
    }

    public void RoomJoined(Session session, Room room)
    {
        if (Config.RoomJoined)
        {
            Tell(EventKind.RoomJoined, session, room);
        }
    }

    public void RoomLeft(Session session, Room room)
    {
        if (Config.RoomLeft)
        {
            Tell(EventKind.RoomLeft, session, room);
        }
    }

    public void RoomOccupied(Room room)
    {
        if (Config.RoomOccupied)
        {
            Tell(EventKind.RoomOccupied, KeyOf(room), room.Name, json => json.WriteString("room"u8, room.NameUtf8));
        }
    }

    public void RoomVacated(Room room)
    {
        if (Config.RoomVacated)
        {
            Tell(EventKind.RoomVacated, KeyOf(room), room.Name, json => json.WriteString("room"u8, room.NameUtf8));
        }
    }

    /// <summary>Waits until everything is told, for so long at most, and then lets go of what is left.</summary>
    public async Task DrainAsync(TimeSpan grace)
    {
        var started = _time.GetTimestamp();
        while (InFlight > 0 && _time.GetElapsedTime(started) < grace)
        {
            await Task.Delay(DrainStep, _time).ConfigureAwait(false);
        }

        await _stop.CancelAsync().ConfigureAwait(false);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _sender.Dispose();
        Connect?.Dispose();
    }

    private static void WriteSession(Utf8JsonWriter json, Session session)
    {
        json.WriteString("user"u8, session.UserUtf8);
        json.WriteString("session"u8, session.SessionId);
        json.WriteNumber("handle"u8, session.Handle);
    }

    private void Tell(EventKind kind, Session session, Room room) => Tell(kind, session.User, session.SessionId, json =>
    {
        WriteSession(json, session);
        json.WriteString("room"u8, room.NameUtf8);
    });

    // Events with the same key are told in their order: a user's, and a room's being there and being gone.
    private void Tell(EventKind kind, string key, string subject, Action<Utf8JsonWriter> write)
    {
        var now = _time.GetUtcNow();
        var body = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(body, Compact);
        json.WriteStartObject();
        json.WriteString("event"u8, kind.Name());
        json.WriteString("tenant"u8, Tenant);
        write(json);
        json.WriteNumber("seq"u8, Interlocked.Increment(ref _lastSeq));
        json.WriteNumber("time_ms"u8, now.ToUnixTimeMilliseconds());
        json.WriteEndObject();
        json.Flush();
        var request = new WebhookRequest
        {
            Id = $"evt_{SessionId.Create(now.ToUnixTimeMilliseconds())}",
            Type = $"wsprism.{kind.Name()}",
            Subject = subject,
            Tenant = Tenant,
            Time = now,
            Body = body.WrittenSpan.ToArray(),
        };
        if (!_lines.TryAdd(key, new EventCall(this, kind, request)))
        {
            Counters.Count(kind, EventFate.Dropped);
        }
    }

    // No user has a control character in its name.
    private static string KeyOf(Room room) => $"\0{room.Name}";

    private async Task SendAsync(EventKind kind, WebhookRequest request)
    {
        try
        {
            var answer = await _sender.SendAsync(request, _timeout, _stop.Token).ConfigureAwait(false);
            Requests.Count(answer.Outcome);
            // Before it is counted: who waits for the count finds the line in the log.
            Tell(answer);
            Counters.Count(kind, answer.Outcome == WebhookOutcome.Ok ? EventFate.Delivered : EventFate.Failed);
        }
        catch (Exception exception)
        {
            Counters.Count(kind, EventFate.Failed);
            Log.Failed(_logger, exception, Tenant);
        }
    }

    // Once for each change: while a backend is away events fail by the thousand.
    private void Tell(in WebhookAnswer answer)
    {
        var isFailing = answer.Outcome == WebhookOutcome.Ok ? 0 : 1;
        if (Interlocked.Exchange(ref _isFailing, isFailing) == isFailing || _stop.IsCancellationRequested)
        {
            return;
        }

        if (isFailing == 1)
        {
            Log.NotTaken(_logger, Tenant, answer.Outcome.Name(), answer.Status);
        }
        else
        {
            Log.TakenAgain(_logger, Tenant);
        }
    }

    private sealed class EventCall(TenantEvents owner, EventKind kind, WebhookRequest request) : ILineCall
    {
        public int Bytes => request.Body.Length;

        public Task RunAsync() => owner.SendAsync(kind, request);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Events of {Tenant}: the backend does not take them: {Outcome} (status {Status})")]
        public static partial void NotTaken(ILogger logger, string tenant, string outcome, int status);

        [LoggerMessage(2, LogLevel.Information, "Events of {Tenant}: the backend takes them again")]
        public static partial void TakenAgain(ILogger logger, string tenant);

        [LoggerMessage(3, LogLevel.Error, "Events of {Tenant} failed.")]
        public static partial void Failed(ILogger logger, Exception exception, string tenant);
    }
}
