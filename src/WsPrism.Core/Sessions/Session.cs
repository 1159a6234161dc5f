using System.Text;
using Microsoft.Extensions.Logging;
using WsPrism.Core.Configuration;
using WsPrism.Core.Delivery;
using WsPrism.Core.Market;
using WsPrism.Core.Parties;
using WsPrism.Core.Policies;
using WsPrism.Core.Rooms;
using WsPrism.Core.Rooms.History;
using WsPrism.Core.Sessions.Resume;
using WsPrism.Core.Shards;
using WsPrism.Core.Tenants;
using WsPrism.Core.Tickets;
using WsPrism.Core.Transport;
using WsPrism.Protocol;
using WsPrism.Services;

namespace WsPrism.Core.Sessions;

/// <summary>
/// One user's logical connection to a tenant, from admission to the last byte. All of it belongs to its shard's thread, but for the user, who never
/// changes. It ends once, with one reason; the connection may live a little longer, to take the last frames and the close. Where the tenant lets sessions be resumed
/// it may also outlive its connection, and get another.
/// </summary>
internal sealed partial class Session : ISession, IConnectionHandler
{
    /// <summary>The longest <see cref="State"/>.</summary>
    public const int MaxStateBytes = 4_096;

    private const ushort NoCloseCode = 1005;

    // RFC 6455 §7.4.2: 3000 and above are libraries' and applications' own.
    private const ushort FirstOwnCloseCode = 3000;

    private readonly ILogger _logger;
    private ViolationWindow? _violations;
    private byte[]? _state;
    private long _retriedAtNs = -1;
    private long _lastRateErrorMs = long.MinValue;
    private bool _isGone;

    public Session(Shard shard, Tenant tenant, Identity identity, ILogger logger)
    {
        Shard = shard;
        Tenant = tenant;
        Identity = identity;
        TenantShard = tenant.Shards[shard.Index];
        Limiter = new RateLimiter(TenantShard.ExtBucket, TenantShard.HotBucket) { Limits = identity.Limits };
        SessionId = Sessions.SessionId.Create(shard.Clock.UnixTimeMs);
        Outbox = new Outbox(Ledger, TenantShard.Ledger, shard.Batches);
        Watch = new SessionWatch(this);
        _logger = logger;
        TraceId = Sessions.SessionId.CreateTrace();
    }

    // What stands in for a session on the connection that it lets go of: it has ended, is nobody's, and only sees the connection to its end.
    private Session(Session former)
    {
        Shard = former.Shard;
        Tenant = former.Tenant;
        Identity = former.Identity;
        TenantShard = former.TenantShard;
        Limiter = former.Limiter;
        SessionId = former.SessionId;
        TraceId = former.TraceId;
        Outbox = new Outbox(Ledger, new Ledger());
        Watch = new SessionWatch(this);
        _logger = former._logger;
        HasEnded = true;
        Connection = former.Connection;
        Connection.Serve(this);
        Shard.Place();
    }

    public Shard Shard { get; }

    public Tenant Tenant { get; }

    /// <summary>This shard's part of the tenant.</summary>
    public TenantShard TenantShard { get; }

    /// <summary>Whom the latest ticket speaks for: always the same user, whose name may be read from any thread.</summary>
    public Identity Identity { get; private set; }

    public string SessionId { get; }

    public uint Handle { get; private set; }

    public string User => Identity.User;

    public ReadOnlySpan<byte> UserUtf8 => Identity.UserUtf8;

    string ISession.Tenant => Tenant.Id;

    /// <summary>Ties log lines, <c>sys.authed</c> and <c>sys.error</c> together: 16 random bytes in hexadecimal (W3C Trace Context).</summary>
    public string TraceId { get; }

    /// <summary>The user's entry in the registry; null until the session is registered. The registry's lock guards what is in it.</summary>
    public UserEntry? UserEntry { get; private set; }

    /// <summary>The wire; set before <see cref="Open"/>. A wire that takes nothing while there is no other.</summary>
    public ITransportConnection Connection { get; set; } = null!;

    /// <summary>True while there is a connection.</summary>
    public bool HasWire { get; private set; } = true;

    /// <summary>What lets it outlive its connection; null where it does not.</summary>
    public Resumption? Resume { get; private set; }

    /// <summary>The session's own ledger; <see cref="LossyPath.SettledLedger"/> is up to date.</summary>
    public Ledger Ledger { get; } = new();

    public Outbox Outbox { get; }

    /// <summary>What lossy frames go through under a rule of rate, bytes or age; made when the first such frame comes.</summary>
    public LossyPacer? Pacer { get; private set; }

    public RateLimiter Limiter { get; }

    /// <summary>Heartbeat and time-outs.</summary>
    public SessionWatch Watch { get; }

    /// <summary>The end of its ticket; null where none of its tickets so far had one.</summary>
    public TicketWatch? TicketWatch { get; private set; }

    /// <summary>Tickets that it has shown and that were not good; null where all were.</summary>
    public RefusedRefreshes? RefusedRefreshes { get; set; }

    /// <summary>The rooms that the session is in.</summary>
    public JoinedRooms Rooms { get; } = new();

    /// <summary>The room that Hot frames without ROOM go to.</summary>
    public Room? ActiveRoom { get; private set; }

    /// <summary>Sequence numbers accepted so far; made when the first one comes.</summary>
    public SequenceFilter? Sequences { get; set; }

    /// <summary>Ids answered so far; made when the first one comes.</summary>
    public AnsweredIds? Answered { get; set; }

    /// <summary>Messages that wait for their service; made when the first one does.</summary>
    public DeferredMessages? Deferred { get; set; }

    /// <summary>What it has to do with the market; null where that is nothing.</summary>
    public SessionMarket? Market { get; private set; }

    /// <summary>Where messages wait behind others; made when the first one is out that others must wait for.</summary>
    public SessionQueues? Queues { get; set; }

    /// <summary>What a backend keeps here: one JSON value, empty for none.</summary>
    public ReadOnlySpan<byte> State => _state;

    /// <summary>The session's place in its shard's list of the tenant's sessions, whose it is.</summary>
    public int ListIndex { get; set; }

    /// <summary>True while the session is in its shard's list of sessions to flush.</summary>
    public bool IsTouched { get; set; }

    public bool HasEnded { get; private set; }

    /// <summary>Asks for what a delivery touches.</summary>
    public void PrefetchQueue()
    {
        Prefetch.Object(Outbox, lines: 4);
        Prefetch.Object(Ledger, lines: 5);
    }

    /// <summary>Called by the registry, under its lock.</summary>
    public void Register(UserEntry user, uint handle)
    {
        UserEntry = user;
        Handle = handle;
    }

    /// <summary>Admits the session under the tenant's session policy and greets it, or turns it away.</summary>
    /// <param name="resumeFailure">Why the client did not get the session that it wanted back.</param>
    public void Open(ResumeFailure resumeFailure = ResumeFailure.None)
    {
        var snapshot = Tenant.Snapshot;
        if (resumeFailure != ResumeFailure.None)
        {
            TenantShard.Counters.CountResume(resumeFailure);
        }

        if (!Tenant.Registry.TryAdd(this, snapshot.Config.Policy.Sessions, out var replaced))
        {
            Enqueue(Shard.Line.System.Error(this, ErrorCode.TooManySessions, "This user has as many sessions as the tenant allows.", 0, default));
            End(EndReason.TooManySessions);
            return;
        }

        if (snapshot.Outbox.MaxBytesPerS > 0)
        {
            // From the first byte on.
            EnsurePacer();
        }

        replaced?.Shard.Post(() => replaced.End(EndReason.Replaced));
        TenantShard.Counters.Sessions++;
        TenantShard.Sessions.Add(this);
        Log.Opened(_logger, Tenant.Id, SessionId, TraceId, User, Connection.TransportName, Connection.RemoteAddress);
        if (Tenant.IsRemoved)
        {
            // Its last sessions were sent away before this one was among them.
            End(EndReason.TenantRemoved);
            return;
        }

        if (snapshot.Config.Resume.WindowMs > 0)
        {
            Resume = new Resumption(this);
        }

        Enqueue(Shard.Line.System.Authed(this, Resume?.TellToken(), resumeFailure));

        // Once more: who changes it tells those that were registered before.
        TellBudget(Tenant.Snapshot.Policy);
        Watch.Start();
        WatchTicket();
        if (Tenant.Revocations.Covers(Identity))
        {
            // It came in while its ticket was revoked, and nobody saw it: from here on, whoever revokes finds it.
            End(EndReason.TicketRevoked);
            return;
        }

        Tenant.Parties.OnSessionOpened(this);
    }

    /// <summary>Turns a client away that has no seat.</summary>
    public void Refuse(EndReason reason, ErrorCode code, string text)
    {
        Tenant.Registry.TakeSeat();
        Enqueue(Shard.Line.System.Error(this, code, text, 0, default));
        End(reason);
    }

    /// <summary>A reload has changed the tenant: tells the client what is new to it, and looks again at what waits under the limits before.</summary>
    public void Follow(TenantSnapshot before, TenantSnapshot now)
    {
        TellBudget("ext"u8, Lane.Ext, before.Policy, now.Policy);
        TellBudget("hot"u8, Lane.Hot, before.Policy, now.Policy);
        if (now.Outbox.MaxBytesPerS > 0)
        {
            EnsurePacer();
        }

        if (Pacer is not null)
        {
            Shard.Touch(this);
        }
    }

    /// <summary>Goes on under another ticket, if what was said of it is good and it is of the same user.</summary>
    public bool TryRefresh(TicketVerdict verdict)
    {
        if (verdict.Identity is not { } identity)
        {
            return false;
        }

        if (identity.User != User)
        {
            Tenant.Tickets.Refuse(TicketFailure.OtherUser);
            return false;
        }

        if (!Tenant.Tickets.TryUse(identity))
        {
            return false;
        }

        Adopt(identity, tellsBudget: false);
        return true;
    }

    /// <summary>Goes on under this ticket. Tells the client how fast it may send, where that is new to it or <paramref name="tellsBudget"/>.</summary>
    public void Adopt(Identity identity, bool tellsBudget)
    {
        tellsBudget |= identity.Limits != Identity.Limits;
        Identity = identity;
        Limiter.Limits = identity.Limits;
        WatchTicket();
        if (tellsBudget)
        {
            TellBudget(Tenant.Snapshot.Policy);
        }
    }

    public void OnText(Span<byte> message)
    {
        Watch.NoteReceived();
        Shard.Line.OnText(this, message);
    }

    public void OnBinary(Span<byte> message)
    {
        Watch.NoteReceived();
        Shard.Line.OnBinary(this, message);
    }

    public void OnPing(ReadOnlySpan<byte> payload)
    {
        Watch.NoteReceived();
        var pong = OutboundFrame.Rent(FrameKind.Pong, DeliveryClass.Control, payload.Length);
        payload.CopyTo(pong.WritableBuffer);
        Enqueue(pong);
    }

    public void OnPong()
    {
        Watch.NoteReceived();
        Resume?.OnTokenShown();
    }

    public void OnPeerClosing(ushort code)
    {
        // RFC 6455 §5.5.1: the answer echoes the code; 1005 stands for none and is never sent.
        var answer = code == NoCloseCode ? CloseCode.Normal : code;
        if (answer == CloseCode.Normal || answer >= FirstOwnCloseCode)
        {
            End(EndReason.ClientClosed, answer, string.Empty);
        }
        else
        {
            // 1001 from a page that goes away, 1002, 1011 from a library that gives up: nobody has said that the session is over.
            LoseConnection(EndReason.ClientClosed, answer, string.Empty);
        }
    }

    public void OnProtocolError(ushort closeCode, string reason) => End(EndReason.ProtocolError, closeCode, reason);

    public void OnWriteProgress()
    {
        Watch.NoteWriteProgress();
        Shard.Touch(this);
    }

    public void OnClosed()
    {
        if (!HasWire)
        {
            return;
        }

        HasWire = false;
        if (HasEnded)
        {
            Vanish();
        }
        else
        {
            LoseConnection(EndReason.ConnectionLost);
        }
    }

    /// <summary>The session, which had none, has a connection again.</summary>
    public void TakeWire(ITransportConnection connection)
    {
        Connection = connection;
        HasWire = true;
        Log.Resumed(_logger, Tenant.Id, SessionId, TraceId, connection.TransportName, connection.RemoteAddress);
    }

    /// <summary>The connection goes, not by the client's will nor by ours: a session that can be resumed waits for another, any other ends.</summary>
    public void LoseConnection(EndReason reason, ushort closeCode = 0, string? text = null)
    {
        if (HasEnded || Outbox.IsDetached)
        {
            return;
        }

        if (Resume is not null)
        {
            // What is collected for the wire must be settled before the queue changes. It may find the wire broken, which comes here too.
            Connection.Commit();
            if (HasEnded || Outbox.IsDetached)
            {
                return;
            }
        }

        if (Resume?.TryDetach() != true)
        {
            End(reason, closeCode, text);
            return;
        }

        Log.Detached(_logger, Tenant.Id, SessionId, TraceId, reason.Name());
        Watch.Stop();
        if (HasWire)
        {
            HasWire = false;
            new Session(this).Finish(reason, closeCode == 0 ? reason.CloseCode() : closeCode, text);
        }

        Connection = DetachedConnection.Instance;
    }

    /// <summary>Offers a frame to the outbox, which takes over one reference. An overflow ends the session as its tenant's rule says.</summary>
    public void Enqueue(OutboundFrame frame)
    {
        // Bounds and conflation are for consumers that are behind. One that keeps up gets everything: what waits for the end of the pass goes out first.
        var limits = Tenant.Snapshot.Outbox;
        if (frame.Class == DeliveryClass.HotLossy && (limits.MaxBytesPerS > 0 || Pacer is { HeldStates: > 0 }))
        {
            this.EnqueueShaped(frame, paceNs: 0);
            return;
        }

        if (!Outbox.CanAppend(frame, limits))
        {
            MakeRoom(frame.Class);
            if (Resume is not null && frame.Class == DeliveryClass.Ext && limits.SlowConsumer == SlowConsumerRule.Disconnect && !Outbox.CanAppend(frame, limits))
            {
                // Before anything is lost: who is slow may come back for it.
                LoseConnection(EndReason.QueueOverflow);
            }
        }

        switch (Outbox.TryEnqueue(frame, limits))
        {
            case EnqueueResult.Queued:
                Shard.Touch(this);
                break;
            case EnqueueResult.Full:
                End(Outbox.IsDetached ? EndReason.ResumeOverrun : EndReason.QueueOverflow);
                break;
        }
    }

    /// <summary>The <see cref="Market"/>, made where there is none.</summary>
    public SessionMarket EnsureMarket() => Market ??= new SessionMarket(this);

    /// <summary>The <see cref="Pacer"/>, made where there is none.</summary>
    public LossyPacer EnsurePacer() => Pacer ??= new LossyPacer(this);

    /// <summary>Asks a wire that was congested once more.</summary>
    public void RetryWire()
    {
        Pacer?.Release();
        Shard.Touch(this);
        Connection.Retry();
    }

    /// <summary>Tries to have a place in the queue before one has to give way: a wire that is free takes what waits.</summary>
    public void MakeRoom(DeliveryClass cls)
    {
        if (!HasWire)
        {
            return;
        }

        if (!Connection.IsCongested)
        {
            Flush();
            Connection.Commit();
        }
        else if (cls != DeliveryClass.HotLossy && _retriedAtNs != Shard.Clock.NowNs)
        {
            // The wire was full a moment ago in this very pass, perhaps; once a pass it is worth a look before the session pays for it.
            _retriedAtNs = Shard.Clock.NowNs;
            RetryWire();
        }
    }

    /// <summary>Hands what waits to the wire and watches that the wire takes it.</summary>
    public void Flush()
    {
        if (!HasWire)
        {
            return;
        }

        if (Pacer is not null || Outbox.DroppedExt > 0)
        {
            // What comes in here must not meet frames that are collected already.
            Connection.Commit();
            Pacer?.Release();
        }

        if (Outbox.DroppedExt > 0 && !Connection.IsCongested && !HasEnded)
        {
            var dropped = Outbox.DroppedExt;
            Outbox.DroppedExt = 0;
            Outbox.TryEnqueue(Shard.Line.System.Lagging(dropped), Tenant.Snapshot.Outbox);
        }

        if (Connection.Flush() && HasWire)
        {
            Watch.NoteFlushed(Connection.IsCongested);
        }
    }

    /// <summary>Replaces <see cref="State"/>; false where it is too long.</summary>
    public bool TrySetState(ReadOnlySpan<byte> json)
    {
        if (json.Length > MaxStateBytes)
        {
            return false;
        }

        _state = json.IsEmpty ? null : json.ToArray();
        return true;
    }

    /// <summary>True where this refusal is one too many (<c>policy.violations</c>).</summary>
    public bool RecordViolation(PolicySnapshot policy)
    {
        var rule = policy.Config.Violations;
        return rule.Max > 0 && (_violations ??= new ViolationWindow()).Record(rule.Max, rule.WindowMs, Shard.Clock.NowMs);
    }

    /// <summary>True at most once a second: whether a rate-limit error without an id is to be sent.</summary>
    public bool MayTellRateLimit()
    {
        if (_lastRateErrorMs != long.MinValue && Shard.Clock.NowMs - _lastRateErrorMs < 1_000)
        {
            return false;
        }

        _lastRateErrorMs = Shard.Clock.NowMs;
        return true;
    }

    /// <summary>Takes the session into a room and tells the client. <paramref name="byBackend"/>: the room's <c>join</c> rule is for clients only.</summary>
    public ErrorCode Join(ReadOnlySpan<byte> name, bool activate, double maxHz = 0, bool byBackend = false, HistoryPosition? since = null)
    {
        RoomReplay replay;
        var membership = Rooms.Find(name);
        var isMember = membership is not null;
        if (membership is null)
        {
            Span<char> chars = stackalloc char[128];
            var length = Encoding.UTF8.GetChars(name, chars);
            var snapshot = Tenant.Snapshot;
            var isParty = chars[..length].StartsWith(Party.RoomPrefix);
            if (!byBackend && (isParty || !snapshot.RoomRules.MayJoin(chars[..length], Identity)))
            {
                return ErrorCode.NotAllowed;
            }

            if (!isParty && Rooms.Count >= Identity.Limits?.MaxRooms)
            {
                return ErrorCode.ResourceExhausted;
            }

            var code = Tenant.Registry.TryJoin(this, chars[..length], snapshot, out var room);
            if (code != ErrorCode.None)
            {
                return code;
            }

            membership = new Membership(this, room!);
            replay = membership.Enter(since);
            membership.Slice.Tick?.Join(membership);
            Rooms.Add(membership);
            room!.Presence?.Wake(Shard);
            snapshot.Events?.RoomJoined(this, room!);
        }
        else
        {
            replay = membership.Stand(since);
        }

        if (maxHz > 0)
        {
            membership.Wish(maxHz);
        }

        if (activate)
        {
            Activate(membership);
        }

        // Only now: making a place asks the wire, which may break, and then the session leaves all the rooms that it is in.
        replay = isMember ? replay : this.Fit(replay);
        Enqueue(Shard.Line.System.Joined(membership.Room, membership.Room.UserCount, replay));
        this.Send(replay);
        if (!isMember)
        {
            LateStates.Welcome(membership);
        }

        return ErrorCode.None;
    }

    /// <summary>Takes the session out of a room and tells the client.</summary>
    public void Leave(Membership membership)
    {
        // In this order: an answer that finds no place ends the session, which leaves all its rooms.
        Remove(membership);
        Departure.Tell(membership);
        Enqueue(Shard.Line.System.Left(membership.Room));
    }

    /// <summary>Sets what the session's user shows the others in a room; false where members of that room have no state.</summary>
    public bool TryShow(Membership membership, byte[]? state)
    {
        if (!membership.Room.Rule.HasPresence)
        {
            return false;
        }

        Tenant.Registry.SetState(this, membership.Room, state);
        membership.Room.Presence?.Wake(Shard);
        return true;
    }

    /// <summary>Makes a room the active one.</summary>
    public void Activate(Membership membership) => ActiveRoom = membership.Room;

    /// <summary>Tells the client that the gateway is going away.</summary>
    public void AnnounceDrain(int graceMs)
    {
        if (!HasWire)
        {
            // There is nobody to be told, and nothing here to come back to.
            End(EndReason.Drained);
        }
        else if (!HasEnded)
        {
            Enqueue(Shard.Line.System.Draining(graceMs));
        }
    }

    /// <summary>Ends the session because the backend or the operator wants it so; the client is told their reason.</summary>
    public void Kick(string reason)
    {
        if (!HasEnded)
        {
            Announce(Shard.Line.System.Kicked(reason));
            End(EndReason.Kicked);
        }
    }

    /// <summary>Ends the session: it leaves everything at once, and the connection takes the last frames and the close.</summary>
    public void End(EndReason reason, ushort closeCode = 0, string? text = null)
    {
        if (HasEnded)
        {
            return;
        }

        if (HasWire && reason is EndReason.Replaced or EndReason.TenantRemoved)
        {
            Announce(Shard.Line.System.Kicked(reason.Name()));
            if (HasEnded)
            {
                // The wire broke when it was asked to take what waits, which ended the session in its own way.
                return;
            }
        }

        HasEnded = true;
        try
        {
            LeaveAll(reason, closeCode == 0 ? reason.CloseCode() : closeCode);
        }
        finally
        {
            if (!HasWire)
            {
                Vanish();
            }
        }

        if (HasWire)
        {
            Finish(reason, closeCode == 0 ? reason.CloseCode() : closeCode, text);
        }
    }

    /// <summary>A fault of the gateway's own met this session: it goes at once, with whatever is left of its state.</summary>
    public void Fail()
    {
        End(EndReason.InternalError);
        Connection.Abort();
    }

    private void LeaveAll(EndReason reason, ushort code)
    {
        TicketWatch?.Stop();
        Resume?.Close(reason);
        while (Rooms.Last is { } membership)
        {
            Remove(membership);
            Departure.Tell(membership, reason);
        }

        Market?.End();
        Pacer?.Discard();
        if (UserEntry is not null)
        {
            Tenant.Registry.Remove(this);
            Tenant.Parties.OnSessionEnded(this);
            TenantShard.Counters.Sessions--;
            TenantShard.Sessions.Remove(this);
        }

        Tenant.Registry.ReleaseSeat();
        TenantShard.Counters.CountEnd(reason);
        if (UserEntry is not null)
        {
            Tenant.Snapshot.Events?.Disconnected(this, reason, code);
        }

        Log.Ended(_logger, Tenant.Id, SessionId, TraceId, reason.Name(), code);
    }

    // The connection takes what is still to be sent, and the close.
    private void Finish(EndReason reason, ushort code, string? text)
    {
        Outbox.Close(CloseFrames.Encode(code, text ?? reason.Name()), reason.DiscardsPending());
        Shard.Touch(this);
        Watch.StartLinger(reason);
    }

    // There is nothing left that it could send to anybody.
    private void Vanish()
    {
        if (_isGone)
        {
            return;
        }

        _isGone = true;
        Pacer?.Discard();
        Outbox.Discard();
        Watch.Stop();
        Shard.Unplace();
    }

    // Says why the session is about to end, where there is room for it: for want of room it must not end for another reason.
    private void Announce(OutboundFrame frame)
    {
        var limits = Tenant.Snapshot.Outbox;
        if (!Outbox.CanAppend(frame, limits))
        {
            MakeRoom(frame.Class);
        }

        if (!HasEnded && Outbox.CanAppend(frame, limits))
        {
            Enqueue(frame);
        }
        else
        {
            frame.Release();
        }
    }

    private void TellBudget(ReadOnlySpan<byte> name, Lane lane, PolicySnapshot before, PolicySnapshot now)
    {
        if (Limiter.RateOf(lane, now) is var rate && rate != Limiter.RateOf(lane, before))
        {
            Enqueue(Shard.Line.System.Budget(name, rate));
        }
    }

    private void TellBudget(PolicySnapshot policy)
    {
        Enqueue(Shard.Line.System.Budget("ext"u8, Limiter.RateOf(Lane.Ext, policy)));
        Enqueue(Shard.Line.System.Budget("hot"u8, Limiter.RateOf(Lane.Hot, policy)));
    }

    private void WatchTicket()
    {
        if (Identity.ExpiresAtMs is { } end)
        {
            (TicketWatch ??= new TicketWatch(this)).Start(end);
        }
        else
        {
            TicketWatch?.Stop();
        }
    }

    private void Remove(Membership membership)
    {
        if (ActiveRoom == membership.Room)
        {
            ActiveRoom = null;
        }

        Rooms.Remove(membership);
        membership.Slice.Tick?.Leave(membership);
        membership.Slice.Remove(membership);
        this.DropStatesOf(membership.Room);
        var events = Tenant.Snapshot.Events;
        events?.RoomLeft(this, membership.Room);
        Tenant.Registry.Leave(this, membership.Room, events);
        membership.Room.Presence?.Wake(Shard);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "Session opened: tenant={Tenant} session={Session} trace_id={TraceId} user={User} transport={Transport} address={Address}")]
        public static partial void Opened(ILogger logger, string tenant, string session, string traceId, string user, string transport, string address);

        [LoggerMessage(2, LogLevel.Debug, "Session ended: tenant={Tenant} session={Session} trace_id={TraceId} reason={Reason} code={Code}")]
        public static partial void Ended(ILogger logger, string tenant, string session, string traceId, string reason, ushort code);

        [LoggerMessage(3, LogLevel.Debug, "Session detached: tenant={Tenant} session={Session} trace_id={TraceId} reason={Reason}")]
        public static partial void Detached(ILogger logger, string tenant, string session, string traceId, string reason);

        [LoggerMessage(4, LogLevel.Debug, "Session resumed: tenant={Tenant} session={Session} trace_id={TraceId} transport={Transport} address={Address}")]
        public static partial void Resumed(ILogger logger, string tenant, string session, string traceId, string transport, string address);
    }
}
