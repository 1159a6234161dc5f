using System.Globalization;
using System.Text.Json;
using WsPrism.Core.Delivery;
using WsPrism.Core.Market;
using WsPrism.Core.Rooms;
using WsPrism.Core.Rooms.History;
using WsPrism.Core.Rooms.Presence;
using WsPrism.Core.Sessions;
using WsPrism.Core.Shards;
using WsPrism.Core.Tenants;
using WsPrism.Protocol;
using WsPrism.Protocol.Ext;
using WsPrism.Services;

namespace WsPrism.Core.Dispatch;

/// <summary>What an Ext service or a filter works with. One per shard, used for one message after the other, owned by the shard's thread.</summary>
internal sealed class ExtContext : ISystemContext, IMarketContext, IFilterContext
{
    // A page with what stands around it is within what is kept of an answer for a repeated id; of its place in the queue of control frames see Outbox.
    private const int MaxHistoryBytes = 61_440;
    private const int MaxHistorySingleBytes = 196_608;

    private readonly Shard _shard;
    private readonly JsonScratch _data = new();
    private readonly List<Session> _found = [];
    private readonly List<MemberView> _members = [];
    private Session _session = null!;
    private ExtRoute _route = null!;
    private long _startedNs;
    private bool _isResumed;

    // Where a filter has the message: under which snapshot, and which of its filters.
    private TenantSnapshot? _filtering;
    private int _filter;

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

    /// <summary>What a filter changes about the message; null for nothing.</summary>
    public EnvelopeChange? Change { get; private set; }

    /// <summary>The message where the service has taken it out of the line; null where it has not.</summary>
    public DeferredMessage? Deferred { get; private set; }

    /// <summary>What the message's answer waits for, once the service is done with it; null where it waits for nothing.</summary>
    public CommitWait? Commit { get; private set; }

    public void Begin(Session session, ExtRoute route, long startedNs)
    {
        Commit = null;
        _session = session;
        _route = route;
        _startedNs = startedNs;
        _isResumed = false;
        _filtering = null;
        Change = null;
        Deferred = null;
        Failure = (ErrorCode.None, string.Empty);
        HasAnswer = false;
    }

    /// <summary>Goes on with a message that was out of the line.</summary>
    public void BeginAgain(DeferredMessage message)
    {
        Begin(message.Session, message.Route, message.StartedNs);
        Commit = message.Commit;
        _isResumed = true;
    }

    /// <summary>For one of a snapshot's filters.</summary>
    public void BeginFilter(Session session, ExtRoute route, long startedNs, TenantSnapshot tenant, int filter)
    {
        Begin(session, route, startedNs);
        _filtering = tenant;
        _filter = filter;
    }

    /// <summary>Goes on with a message that a filter had out.</summary>
    public void BeginFilterAgain(HeldMessage message)
    {
        BeginFilter(message.Session, message.Route, message.StartedNs, message.Tenant, message.Filter);
        _isResumed = true;
    }

    public IRoom? FindRoom(ReadOnlySpan<byte> name) => _session.Rooms.Find(name)?.Room;

    public Utf8JsonWriter BeginData() => _data.Begin();

    public void Publish(IRoom room, ReadOnlySpan<byte> type, Audience audience = Audience.Everyone, Keeping keeping = Keeping.AsRuled)
    {
        var except = audience == Audience.Others ? _session : null;
        if (((Room)room).History is { } history)
        {
            var options = new PublishOptions { Except = except, IsTransient = keeping == Keeping.Transient };
            Publish(history, new OutboundEnvelope { Svc = _route.NameUtf8, Type = type, Data = _data.Written }, options);
        }
        else
        {
            _shard.Publish(new Broadcast((Room)room, Encode(type, room), null, except));
        }
    }

    /// <summary>Publishes to a room with a history; where that is stored a service's answer waits for it. For what a filter publishes nobody waits.</summary>
    public void Publish(RoomHistory history, in OutboundEnvelope envelope, PublishOptions options)
    {
        var histories = _session.Tenant.History;
        var verdict = histories.Publish(history, envelope, options with { MustWait = _filtering is null });
        if (verdict == PublishVerdict.NeedsWaiter)
        {
            if (!TryAwaitCommit())
            {
                Fail(ErrorCode.ResourceExhausted, Texts.TooManyWait);
                return;
            }

            Commit!.Expect();
            verdict = histories.Publish(history, envelope, options with { Waiter = Commit });
            if (verdict.Refusal() != ErrorCode.None)
            {
                Commit.Published(verdict.Refusal(), 0, null);
            }
        }
        else if (verdict.Refusal() is var refusal && refusal != ErrorCode.None)
        {
            Fail(refusal, PublishVerdicts.Text(refusal));
        }
    }

    // The message's answer waits; it takes one of the places that messages have which wait for their service.
    private bool TryAwaitCommit()
    {
        if (Commit is not null)
        {
            return true;
        }

        var message = new DeferredMessage(_session, _route, _startedNs);
        if (!(_session.Deferred ??= new DeferredMessages()).TryAdd(message))
        {
            return false;
        }

        _session.TenantShard.Counters.Deferred++;
        Commit = new CommitWait(message);
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

        PostToFound(Encode(type, room));
        return true;
    }

    public bool SendToUser(ReadOnlySpan<byte> user, ReadOnlySpan<byte> type)
    {
        _found.Clear();
        _found.AddRange(_session.Tenant.Registry.SessionsOf(System.Text.Encoding.UTF8.GetString(user)));
        if (_found.Count == 0)
        {
            return false;
        }

        PostToFound(Encode(type, null));
        return true;
    }

    public void Send(ReadOnlySpan<byte> type) => _session.Enqueue(Encode(type, null));

    public void Answer() => HasAnswer = true;

    public void Fail(ErrorCode code, string message)
    {
        HasAnswer = false;
        Failure = (code, message);
    }

    public void Replace(EnvelopeChange change) => Change = change;

    public void Kick(string reason)
    {
        // After the answer, which is on its way when this is done.
        var session = _session;
        _shard.Post(() => session.Kick(reason));
    }

    public IDeferredMessage? Defer()
    {
        if (_isResumed)
        {
            throw new InvalidOperationException("A message is deferred once.");
        }

        if (Deferred is null)
        {
            var message = _filtering is null ? new DeferredMessage(_session, _route, _startedNs) : new HeldMessage(_session, _route, _filtering, _filter, _startedNs);
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

    /// <summary>Sees to it that a message which was taken out is not resumed; where it was already, that answer is on its way and it stays out.</summary>
    public void AbandonDeferred()
    {
        if (Deferred?.TryAbandon() == true)
        {
            _session.Deferred!.Remove(Deferred);
            _session.TenantShard.Counters.Deferred--;
            Deferred = null;
        }
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

    public void WriteMembers(IRoom room, long after, int limit, Utf8JsonWriter json)
    {
        _members.Clear();
        var (count, next) = _session.Tenant.Registry.ReadMembersFor((Room)room, after, limit, _members);
        json.WriteNumber("count"u8, count);
        json.WriteStartArray("members"u8);
        foreach (var member in _members)
        {
            json.WriteStartObject();
            member.Write(json, ((Room)room).Rule.HasPresence);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (next > 0)
        {
            json.WriteString("cursor"u8, next.ToString(CultureInfo.InvariantCulture));
        }
    }

    public bool SetMemberState(IRoom room, ReadOnlySpan<byte> json) =>
        _session.TryShow(_session.Rooms.Find(room.Handle)!, json.IsEmpty ? null : json.ToArray());

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

    public int MaxMarketKeys => TenantMarket.MaxKeysPerSession(_session.Tenant.Snapshot);

    public bool TrySubscribe(ReadOnlySpan<uint> keys, double maxHz, bool asText)
    {
        var market = _session.EnsureMarket();
        if (!market.HasRoomFor(keys, MaxMarketKeys))
        {
            return false;
        }

        if (Defer() is DeferredMessage message)
        {
            market.Subscribe(keys, maxHz == 0 ? 0 : (long)Math.Ceiling(1e9 / maxHz), asText, message);
        }

        return true;
    }

    public int Unsubscribe(ReadOnlySpan<uint> keys)
    {
        _session.Market?.Unsubscribe(keys);
        return _session.Market?.Count ?? 0;
    }

    // Takes over the frame's reference.
    private void PostToFound(OutboundFrame frame)
    {
        foreach (var session in _found)
        {
            frame.AddReferences();
            if (session.Shard == _shard)
            {
                session.Enqueue(frame);
            }
            else
            {
                session.Shard.Post(session, frame);
            }
        }

        frame.Release();
    }

    private OutboundFrame Encode(ReadOnlySpan<byte> type, IRoom? room) => EnvelopeFrames.Encode(
        _route.IsSystem ? DeliveryClass.Control : DeliveryClass.Ext,
        new OutboundEnvelope { Svc = _route.NameUtf8, Type = type, Room = room is null ? default : room.NameUtf8, Data = _data.Written });
}
