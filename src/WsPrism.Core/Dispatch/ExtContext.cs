using System.Text.Json;
using WsPrism.Core.Delivery;
using WsPrism.Core.Rooms;
using WsPrism.Core.Rooms.History;
using WsPrism.Core.Sessions;
using WsPrism.Core.Shards;
using WsPrism.Protocol;
using WsPrism.Protocol.Ext;
using WsPrism.Services;

namespace WsPrism.Core.Dispatch;

/// <summary>What an Ext service works with. One per shard, used for one message after the other, owned by the shard's thread.</summary>
internal sealed class ExtContext : IExtContext
{
    // A page with what stands around it is within what is kept of an answer for a repeated id; of its place in the queue of control frames see Outbox.
    private const int MaxHistoryBytes = 61_440;
    private const int MaxHistorySingleBytes = 196_608;

    private readonly Shard _shard;
    private readonly JsonScratch _data = new();
    private readonly List<Session> _found = [];
    private Session _session = null!;
    private ExtRoute _route = null!;
    private long _startedNs;
    private bool _isResumed;

    public ExtContext(Shard shard) => _shard = shard;

    public ISession Session => _session;

    public IRoom? ActiveRoom => _session.ActiveRoom;

    public long ServerTimeMs => _shard.Clock.UnixTimeMs;

    /// <summary>Why the service refused the message; <see cref="ErrorCode.None"/> where it did not.</summary>
    public (ErrorCode Code, string Text) Failure { get; private set; }

    /// <summary>True where the service answered with data.</summary>
    public bool HasAnswer { get; private set; }

    /// <summary>The service's answer; empty where it gave none.</summary>
    public ReadOnlySpan<byte> AnswerData => HasAnswer ? _data.Written : default;

    /// <summary>The message where the service has taken it out of the line; null where it has not.</summary>
    public DeferredMessage? Deferred { get; private set; }

    /// <summary>What the message's answer waits for, once the service is done with it; null where it waits for nothing.</summary>
    public CommitWait? Held { get; private set; }

    public void Begin(Session session, ExtRoute route, long startedNs)
    {
        Held = null;
        _session = session;
        _route = route;
        _startedNs = startedNs;
        _isResumed = false;
        Deferred = null;
        Failure = (ErrorCode.None, string.Empty);
        HasAnswer = false;
    }

    /// <summary>Goes on with a message that was out of the line.</summary>
    public void BeginAgain(DeferredMessage message)
    {
        Begin(message.Session, message.Route, message.StartedNs);
        Held = message.Held;
        _isResumed = true;
    }

    public IRoom? FindRoom(ReadOnlySpan<byte> name) => _session.Rooms.Find(name)?.Room;

    public Utf8JsonWriter BeginData() => _data.Begin();

    public void Publish(IRoom room, ReadOnlySpan<byte> type, Audience audience = Audience.Everyone, Keeping keeping = Keeping.AsRuled)
    {
        var except = audience == Audience.Others ? _session : null;
        if (((Room)room).History is { } history)
        {
            var options = new PublishOptions { Except = except, IsTransient = keeping == Keeping.Transient, MustWait = true };
            Publish(history, new OutboundEnvelope { Svc = _route.NameUtf8, Type = type, Data = _data.Written }, options);
        }
        else
        {
            _shard.Publish(new Broadcast((Room)room, Encode(type, room), null, except));
        }
    }

    /// <summary>Publishes to a room with a history; where that is stored the answer to the message waits for it.</summary>
    public void Publish(RoomHistory history, in OutboundEnvelope envelope, in PublishOptions options)
    {
        var histories = _session.Tenant.History;
        var verdict = histories.Publish(history, envelope, options);
        if (verdict == PublishVerdict.NeedsWaiter)
        {
            if (!TryHold())
            {
                Fail(ErrorCode.ResourceExhausted, Texts.TooManyWait);
                return;
            }

            Held!.Expect();
            verdict = histories.Publish(history, envelope, new PublishOptions { Except = options.Except, Exclude = options.Exclude, Waiter = Held });
            if (verdict.Refusal() != ErrorCode.None)
            {
                Held.Published(verdict.Refusal(), 0, null);
            }
        }
        else if (verdict.Refusal() is var refusal && refusal != ErrorCode.None)
        {
            Fail(refusal, PublishVerdicts.Text(refusal));
        }
    }

    // The message's answer waits; it takes one of the places that messages have which wait for their service.
    private bool TryHold()
    {
        if (Held is not null)
        {
            return true;
        }

        var message = new DeferredMessage(_session, _route, _startedNs);
        if (!(_session.Deferred ??= new DeferredMessages()).TryAdd(message))
        {
            return false;
        }

        _session.TenantShard.Counters.Deferred++;
        Held = new CommitWait(message);
        return true;
    }

    public bool SendToMember(IRoom room, ReadOnlySpan<byte> user, ReadOnlySpan<byte> type)
    {
        _found.Clear();
        _session.Tenant.Registry.FindMember((Room)room, user, _found);
        if (_found.Count == 0)
        {
            return false;
        }

        var frame = Encode(type, room);
        foreach (var session in _found)
        {
            frame.AddReferences();
            if (session.Shard == _shard)
            {
                session.Enqueue(frame);
            }
            else
            {
                session.Shard.Post(() => session.Enqueue(frame));
            }
        }

        frame.Release();
        return true;
    }

    public void Send(ReadOnlySpan<byte> type) => _session.Enqueue(Encode(type, null));

    public void Answer() => HasAnswer = true;

    public void Fail(ErrorCode code, string message)
    {
        HasAnswer = false;
        Failure = (code, message);
    }

    public IDeferredMessage? Defer()
    {
        if (_isResumed)
        {
            throw new InvalidOperationException("A message is deferred once.");
        }

        if (Deferred is null)
        {
            var message = new DeferredMessage(_session, _route, _startedNs);
            if (!(_session.Deferred ??= new DeferredMessages()).TryAdd(message))
            {
                Fail(ErrorCode.ResourceExhausted, Texts.TooManyWait);
                return null;
            }

            _session.TenantShard.Counters.Deferred++;
            Deferred = message;
        }

        return Deferred;
    }

    public bool SetState(ReadOnlySpan<byte> json) => _session.TrySetState(json);

    public ErrorCode Join(ReadOnlySpan<byte> name, bool activate, double maxHz = 0, HistoryPosition? since = null) =>
        _session.Join(name, activate, maxHz, since: since);

    public void Leave(IRoom room) => _session.Leave(_session.Rooms.Find(room.Handle)!);

    public void Activate(IRoom room) => _session.Activate(_session.Rooms.Find(room.Handle)!);

    public void WriteRooms(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (var membership in _session.Rooms)
        {
            json.WriteStartObject();
            json.WriteString("room"u8, membership.Room.NameUtf8);
            json.WriteNumber("handle"u8, membership.Room.Handle);
            json.WriteNumber("members"u8, membership.Room.UserCount);
            json.WriteBoolean("active"u8, membership.Room == _session.ActiveRoom);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public void WriteMembers(IRoom room, int limit, Utf8JsonWriter json) => _session.Tenant.Registry.WriteMembers((Room)room, limit, json);

    public void AnswerHistory(IRoom room, int limit, HistoryPosition? since, HistoryPosition? before, bool newestFirst)
    {
        if (!_session.Outbox.HasPlaceForAnswer(MaxHistorySingleBytes))
        {
            _session.MakeRoom(DeliveryClass.Control);
        }

        if (!_session.Outbox.HasPlaceForAnswer(MaxHistorySingleBytes))
        {
            Fail(ErrorCode.ResourceExhausted, "Too many answers wait for this client; ask again when it has read them.");
            return;
        }

        using var page = ((Room)room).History?.Read(new HistoryQuery(limit, since, before, MaxHistoryBytes, MaxHistorySingleBytes))
            ?? new HistoryPage { First = 1, IsRecovered = since is null && before is null ? null : false };
        if (page.IsTooLong)
        {
            Fail(ErrorCode.PayloadTooLarge, "The next message is longer than a page may be; the server API has it.");
            return;
        }

        var json = BeginData();
        json.WriteStartObject();
        HistoryJson.WritePage(page, newestFirst, json);
        json.WriteEndObject();
        Answer();
    }

    public void WriteLedger(Utf8JsonWriter json) => LedgerJson.Write(_session.SettledLedger(), json);

    public void RefreshTicket(ReadOnlySpan<byte> ticket)
    {
        if (_session.RefusedRefreshes?.IsTooMany(_shard.Clock.NowNs) == true)
        {
            Fail(ErrorCode.ResourceExhausted, "Too many tickets that are not valid; wait before the next one.");
            return;
        }

        var text = System.Text.Encoding.UTF8.GetString(ticket);
        if (_session.Tenant.Tickets.TryInspect(text, out var verdict))
        {
            TicketRenewal.Conclude(_session, verdict, this);
        }
        else
        {
            TicketRenewal.Begin(_session, text, this);
        }
    }

    private OutboundFrame Encode(ReadOnlySpan<byte> type, IRoom? room) => EnvelopeFrames.Encode(
        _route.IsSystem ? DeliveryClass.Control : DeliveryClass.Ext,
        new OutboundEnvelope { Svc = _route.NameUtf8, Type = type, Room = room is null ? default : room.NameUtf8, Data = _data.Written });
}
