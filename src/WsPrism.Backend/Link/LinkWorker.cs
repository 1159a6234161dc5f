using System.Buffers.Binary;
using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Logging;
using WsPrism.Core.Answers;
using WsPrism.Core.Delivery;
using WsPrism.Core.Policies;
using WsPrism.Core.Rooms;
using WsPrism.Core.Rooms.History;
using WsPrism.Core.Sessions;
using WsPrism.Core.Tenants;
using WsPrism.Protocol;

namespace WsPrism.Backend.Link;

/// <summary>
/// A backend worker that is connected, from its first message to its last. A strand owns it: whoever has something for it (shards, the reader of its wire, timers)
/// leaves an item, and one thread at a time works them off, so nothing below is locked but for what is counted across threads. What waits is bounded, by
/// <see cref="LinkLimits"/>; shards never wait for it.
/// </summary>
internal sealed partial class LinkWorker : IThreadPoolWorkItem, IMembershipWatcher
{
    private const int ItemsPerTurn = 4_096;

    // {"op":"request","id":
    private const int RequestHead = 21;

    // Time-outs are looked at so often.
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(25);

    private readonly TenantLink _link;
    private readonly Tenant _tenant;
    private readonly LinkWorkerOptions _options;
    private readonly ILinkWire _wire;
    private readonly ILogger _logger;
    private readonly LinkOutput _output;
    private readonly ConcurrentQueue<LinkItem> _items = new();

    // Counted across threads.

    // 1 while a turn is queued or running, and until it is opened.
    private int _scheduled = 1;
    private int _tickIsDue;
    private int _callCount;
    private long _callBytes;
    private int _reliableCount;
    private int _arrivingCount;
    private int _noticeCount;
    private int _noticeLimit = LinkLimits.MaxNotices;
    private int _unreadCount;
    private long _unreadBytes;
    private long _lastReceivedMs;

    // The strand's own.
    private readonly Queue<RpcCall> _calls = new();
    private readonly Dictionary<long, RpcCall> _inFlight = [];
    private readonly Queue<(LinkService Service, OutboundFrame Frame, ulong Key)> _reliable = new();
    private readonly Queue<LinkItem> _notices = new();
    private readonly Queue<LinkItem> _putOff = new();
    private readonly ViolationWindow _mistakes = new();
    private ConflationQueue _states;
    private ITimer? _timer;
    private long _nowMs;
    private long _lastId;
    private int _requestCredit;
    private int _frameCredit;
    private int _openCalls;
    private bool _hasShare;
    private bool _isDraining;
    private bool _hasEnded;
    private bool _isCloseWritten;
    private bool _isFinished;
    private bool _isWriting;
    private long _writeBeganMs;
    private long _lastPingMs;
    private (ushort Code, string Reason)? _close;

    public LinkWorker(TenantLink link, Tenant tenant, LinkWorkerOptions options, ILinkWire wire, ILogger logger)
    {
        _link = link;
        _tenant = tenant;
        _options = options;
        _wire = wire;
        _logger = logger;
        _output = new LinkOutput(wire);
        Seed = StableHash.Of(Encoding.UTF8.GetBytes(options.Name));
    }

    /// <summary>What weighs rooms for it.</summary>
    public ulong Seed { get; }

    public string Name => _options.Name;

    /// <summary>True while nothing more is to be read from it.</summary>
    public bool IsBehind => Volatile.Read(ref _unreadCount) > LinkLimits.MaxUnread || Volatile.Read(ref _unreadBytes) > LinkLimits.MaxUnreadBytes;

    /// <summary>Greets it, and tells it who is in the rooms that it watches.</summary>
    public void Open()
    {
        _nowMs = _lastReceivedMs = _lastPingMs = _link.NowMs;
        _output.Add(FrameKind.Text, LinkText.Hello(_options.Name, _link, _options.Services, _options.MaxMessageBytes, _options.PingIntervalMs));
        if (_options.Rooms.Count > 0)
        {
            // Who is there already is as much as there is: the limit is for what comes later.
            Volatile.Write(ref _noticeLimit, int.MaxValue);
            _tenant.Registry.Watch(this);
            Volatile.Write(ref _noticeLimit, Volatile.Read(ref _noticeCount) + LinkLimits.MaxNotices);
        }

        Log.Opened(_logger, _link.Id, _options.Name);
        _timer = _link.Time.CreateTimer(static state => ((LinkWorker)state!).OnTimer(), this, TickInterval, TickInterval);
        Volatile.Write(ref _scheduled, 0);
        Wake();
    }

    /// <summary>Takes a request; false where too many wait. Called under the lock of its service.</summary>
    public bool TryPost(RpcCall call)
    {
        if (Interlocked.Increment(ref _callCount) > LinkLimits.MaxWaiting)
        {
            Interlocked.Decrement(ref _callCount);
            return false;
        }

        var bytes = Interlocked.Add(ref _callBytes, call.Length);
        if (bytes > LinkLimits.MaxWaitingBytes && bytes > call.Length)
        {
            Interlocked.Decrement(ref _callCount);
            Interlocked.Add(ref _callBytes, -call.Length);
            return false;
        }

        call.Service.CountWaiting(1);
        Post(new LinkItem(LinkItemKind.Call, call));
        return true;
    }

    /// <summary>Takes a reliable frame, and its reference; false where too many wait. Called under the lock of its service.</summary>
    public bool TryPost(LinkService service, OutboundFrame frame, ulong key)
    {
        if (Interlocked.Increment(ref _reliableCount) > LinkLimits.MaxReliable)
        {
            Interlocked.Decrement(ref _reliableCount);
            return false;
        }

        Post(new LinkItem(LinkItemKind.Reliable, service, frame, 0, key));
        return true;
    }

    /// <summary>Takes a lossy frame, and its reference; where there is no place it is gone.</summary>
    public void Post(OutboundFrame frame)
    {
        if (Interlocked.Increment(ref _arrivingCount) > LinkLimits.MaxArriving)
        {
            Interlocked.Decrement(ref _arrivingCount);
            Drop(frame);
            return;
        }

        Post(new LinkItem(LinkItemKind.State, frame));
    }

    public void OnJoined(Room room, Session session) => PostMembership(LinkItemKind.Joined, room, session);

    public void OnLeft(Room room, Session session) => PostMembership(LinkItemKind.Left, room, session);

    /// <summary>Tells it that the gateway is going away.</summary>
    public void AnnounceDrain(int graceMs) => PostNotice(new LinkItem(LinkItemKind.AnnounceDrain, Number: graceMs));

    /// <summary>Sends it away.</summary>
    public void Stop() => Post(new LinkItem(LinkItemKind.Stop, "the gateway is going away", Number: CloseCode.GoingAway));

    /// <summary>The wire is gone.</summary>
    public void Lose() => Post(new LinkItem(LinkItemKind.WireFailed));

    /// <summary>Leaves what the reader of the wire has heard.</summary>
    public void Hear(in LinkItem item)
    {
        Interlocked.Increment(ref _unreadCount);
        Post(item);
    }

    /// <summary>Leaves an answer.</summary>
    public void HearAnswer(long id, byte[] json, int credit)
    {
        Interlocked.Add(ref _unreadBytes, json.Length);
        Hear(new LinkItem(LinkItemKind.Answer, json, Number: id, Key: (ulong)credit));
    }

    /// <summary>Something came from it, whatever it was.</summary>
    public void NoteReceived() => Volatile.Write(ref _lastReceivedMs, _link.NowMs);

    /// <summary>Leaves what became of a publish.</summary>
    public void GiveReceipt(long id, Published published) => PostNotice(new LinkItem(LinkItemKind.Receipt, published, Number: id));

    void IThreadPoolWorkItem.Execute()
    {
        try
        {
            _nowMs = _link.NowMs;
            for (var i = 0; i < ItemsPerTurn && (_putOff.TryDequeue(out var item) || _items.TryDequeue(out item)); i++)
            {
                Handle(item);
            }

            if (Interlocked.Exchange(ref _tickIsDue, 0) == 1)
            {
                Tick();
            }

            Flush();
        }
        catch (Exception exception)
        {
            // A fault takes this worker, never the process.
            Log.Failed(_logger, exception, _link.Id, _options.Name);
            CutAfterFault();
        }

        // Read while the strand is still ours.
        var hasMore = _putOff.Count > 0;

        // The exchange orders this after the turn: what was left before it is seen below, what is left after it wakes the strand itself.
        Interlocked.Exchange(ref _scheduled, 0);
        if (!_items.IsEmpty || hasMore)
        {
            Wake();
        }
    }

    private void OnTimer()
    {
        Volatile.Write(ref _tickIsDue, 1);
        Wake();
    }

    private void Wake()
    {
        if (Interlocked.Exchange(ref _scheduled, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    private void Post(in LinkItem item)
    {
        _items.Enqueue(item);
        Wake();
    }

    private void PostMembership(LinkItemKind kind, Room room, Session session)
    {
        if (_options.Watches(room.Name))
        {
            PostNotice(new LinkItem(kind, room, session));
        }
    }

    // One too many: whoever does not take what it asked for goes. It must not miss one and stay.
    private void PostNotice(in LinkItem item)
    {
        if (Interlocked.Increment(ref _noticeCount) > Volatile.Read(ref _noticeLimit))
        {
            Interlocked.Decrement(ref _noticeCount);
            Post(new LinkItem(LinkItemKind.Stop, "too many notices wait", Number: CloseCode.SlowConsumer));
            return;
        }

        Post(item);
    }

    private void Handle(in LinkItem item)
    {
        if (item.Kind is >= LinkItemKind.Credit and <= LinkItemKind.ProtocolError)
        {
            Interlocked.Decrement(ref _unreadCount);
        }

        switch (item.Kind)
        {
            case LinkItemKind.Call:
                Take((RpcCall)item.First!);
                break;
            case LinkItemKind.Reliable:
                _reliable.Enqueue(((LinkService)item.First!, (OutboundFrame)item.Second!, item.Key));
                break;
            case LinkItemKind.State:
                Interlocked.Decrement(ref _arrivingCount);
                Take((OutboundFrame)item.First!);
                break;
            case LinkItemKind.Joined or LinkItemKind.Left or LinkItemKind.Receipt or LinkItemKind.AnnounceDrain:
                if (!_hasEnded)
                {
                    _notices.Enqueue(item);
                }

                break;
            case LinkItemKind.Written:
                OnWritten();
                break;
            case LinkItemKind.WireFailed:
                _isWriting = false;
                Cut(CloseCode.GoingAway, "the connection was lost");
                break;
            case LinkItemKind.Stop:
                End((ushort)item.Number, (string)item.First!);
                break;
            default:
                HandleHeard(item);
                break;
        }
    }

    private void HandleHeard(in LinkItem item)
    {
        switch (item.Kind)
        {
            case LinkItemKind.Credit:
                Grant((int)item.Number, (int)item.Key);
                break;
            case LinkItemKind.Answer:
                OnAnswer(item.Number, (byte[])item.First!, (int)item.Key);
                break;
            case LinkItemKind.Drain:
                BeginDrain();
                break;
            case LinkItemKind.Mistake:
                Mistake(item.Number, (ErrorCode)item.Key, (string)item.First!);
                break;
            case LinkItemKind.Pong:
                Notice(item);
                break;
            case LinkItemKind.PeerClosed:
                End((ushort)item.Number, "closed by the worker");
                break;
            case LinkItemKind.ProtocolError:
                End((ushort)item.Number, (string)item.First!);
                break;
        }
    }

    private void Take(RpcCall call)
    {
        if (_requestCredit <= _calls.Count)
        {
            Interlocked.Increment(ref call.Service.CreditWaits);
        }

        _calls.Enqueue(call);
    }

    private void Take(OutboundFrame state)
    {
        if (_hasEnded)
        {
            Drop(state);
            return;
        }

        if (_states.Put(state) is { } older)
        {
            older.Release();
            _link.Frames.Add(LinkFrameFate.Conflated);
        }
        else if (_states.Count > LinkLimits.MaxStates)
        {
            Drop(_states.Dequeue());
        }
    }

    private void Drop(OutboundFrame frame)
    {
        frame.Release();
        _link.Frames.Add(LinkFrameFate.Dropped);
    }

    private void Grant(int requests, int frames)
    {
        if (_requestCredit + requests > LinkLimits.MaxUnanswered || _frameCredit + frames > LinkLimits.MaxFrameCredit)
        {
            Mistake(0, ErrorCode.BadRequest, "More credit than a worker may give.");
            return;
        }

        _requestCredit += requests;
        _frameCredit += frames;
        if ((requests | frames) != 0 && !_hasShare && !_isDraining && !_hasEnded)
        {
            // Only now: a worker that takes nothing must have no rooms.
            _hasShare = true;
            foreach (var service in _options.Services)
            {
                service.Join(this);
            }
        }
    }

    private void OnAnswer(long id, byte[] json, int credit)
    {
        Interlocked.Add(ref _unreadBytes, -json.Length);
        if (_hasEnded)
        {
            return;
        }

        if (!_inFlight.Remove(id, out var call))
        {
            Mistake(id, ErrorCode.BadRequest, "No request of this id waits for an answer: it never was, or was answered before.");
            return;
        }

        Grant(credit, 0);
        if (call.IsOver)
        {
            return;
        }

        _openCalls--;
        call.Service.CountInFlight(-1);
        var isGood = ServiceAnswer.TryRead(json, AnswerRules.For(_tenant.Snapshot, call.Service.NameUtf8, call.IdLength), out var answer, out var problem);
        call.Service.Outcomes.Add(isGood ? RpcOutcome.Answered : RpcOutcome.Invalid);
        if (isGood)
        {
            call.Answer(answer.Apply);
        }
        else
        {
            call.Fail(ErrorCode.Internal, "The backend failed on this message.");
            Mistake(id, ErrorCode.BadRequest, problem);
        }
    }

    private void Mistake(long id, ErrorCode code, string text)
    {
        Interlocked.Increment(ref _link.Mistakes);
        Notice(new LinkItem(LinkItemKind.Mistake, text, Number: id, Key: (ulong)code));
        if (_mistakes.Record(LinkLimits.MaxMistakes, LinkLimits.MistakeWindowMs, _nowMs))
        {
            End(CloseCode.PolicyViolation, "too many mistakes");
        }
    }

    // One of the strand's own making; what the worker makes it say is bounded by the same limit.
    private void Notice(in LinkItem item)
    {
        if (_hasEnded)
        {
            return;
        }

        if (Interlocked.Increment(ref _noticeCount) > Volatile.Read(ref _noticeLimit))
        {
            Interlocked.Decrement(ref _noticeCount);
            End(CloseCode.SlowConsumer, "too many notices wait");
            return;
        }

        _notices.Enqueue(item);
    }

    // Whatever it has not sent goes to the others; what it has sent it may finish.
    private void BeginDrain()
    {
        if (_isDraining || _hasEnded)
        {
            return;
        }

        _isDraining = true;
        foreach (var service in _options.Services)
        {
            service.Leave(this, mayKeep: true, TakeRest);
        }
    }

    private void Tick()
    {
        if (_isFinished)
        {
            return;
        }

        if (_isWriting && _nowMs - _writeBeganMs > _options.WriterSendTimeoutMs)
        {
            Cut(CloseCode.SlowConsumer, "it does not read");
            return;
        }

        if (_hasEnded)
        {
            return;
        }

        if (_nowMs - Volatile.Read(ref _lastReceivedMs) > _options.IdleTimeoutMs)
        {
            Cut(CloseCode.IdleTimeout, "it was not heard of");
            return;
        }

        TimeOut();
        if (_nowMs - _lastPingMs >= _options.PingIntervalMs && !_isWriting)
        {
            _lastPingMs = _nowMs;
            _output.Add(FrameKind.Ping, default);
        }
    }

    // What times out after it was sent keeps its number until the worker answers it: that answer is late, not a lie.
    private void TimeOut()
    {
        foreach (var call in _inFlight.Values)
        {
            if (!call.IsOver && _nowMs >= call.DueMs)
            {
                _openCalls--;
                call.Service.CountInFlight(-1);
                TimeOut(call);
            }
        }

        for (var count = _calls.Count; count > 0; count--)
        {
            var call = _calls.Dequeue();
            if (_nowMs < call.DueMs)
            {
                _calls.Enqueue(call);
                continue;
            }

            GiveUpPlace(call);
            TimeOut(call);
        }
    }

    private static void TimeOut(RpcCall call)
    {
        call.Service.Outcomes.Add(RpcOutcome.Timeout);
        call.Fail(ErrorCode.Timeout, "The backend did not answer in time; it may have acted on it.");
    }

    private void GiveUpPlace(RpcCall call)
    {
        Interlocked.Decrement(ref _callCount);
        Interlocked.Add(ref _callBytes, -call.Length);
        call.Service.CountWaiting(-1);
    }

    private void Flush()
    {
        while (!_isWriting && !_isFinished)
        {
            Fill();
            if (_output.Length == 0)
            {
                return;
            }

            _isWriting = true;
            _writeBeganMs = _nowMs;
            if (!TryWriteAtOnce())
            {
                return;
            }

            OnWritten();
        }
    }

    // False where the wire takes longer, or is gone: an item tells.
#pragma warning disable VSTHRD002, CA2012 // A result is taken of what has completed.
    private bool TryWriteAtOnce()
    {
        try
        {
            var write = _wire.WriteAsync(_output.Written);
            if (!write.IsCompleted)
            {
                _ = AwaitAsync(write);
                return false;
            }

            write.GetAwaiter().GetResult();
            return true;
        }
        catch (Exception)
        {
            Lose();
            return false;
        }
    }
#pragma warning restore VSTHRD002, CA2012

    private async Task AwaitAsync(ValueTask write)
    {
        try
        {
            await write.ConfigureAwait(false);
            Post(new LinkItem(LinkItemKind.Written));
        }
        catch (Exception)
        {
            // Whatever it was: the wire is gone.
            Lose();
        }
    }

    private void OnWritten()
    {
        _isWriting = false;
        _output.Clear();
        if (_isCloseWritten && !_isFinished)
        {
            Finish();
            _wire.Finish();
        }
    }

    private void Fill()
    {
        while (_output.Length < LinkLimits.WriteBytes && _notices.TryDequeue(out var notice))
        {
            Interlocked.Decrement(ref _noticeCount);
            Write(notice);
        }

        if (_hasEnded)
        {
            WriteClose();
            return;
        }

        while (_frameCredit > 0 && _output.Length < LinkLimits.WriteBytes && _reliable.TryDequeue(out var reliable))
        {
            Interlocked.Decrement(ref _reliableCount);
            Write(reliable.Frame);
        }

        while (_requestCredit > 0 && _inFlight.Count < LinkLimits.MaxUnanswered && _output.Length < LinkLimits.WriteBytes && _calls.TryDequeue(out var call))
        {
            Write(call);
        }

        while (_frameCredit > 0 && _states.Count > 0 && _output.Length < LinkLimits.WriteBytes)
        {
            Write(_states.Dequeue());
        }

        if (_isDraining && _openCalls == 0 && _calls.Count == 0 && _reliable.Count == 0 && _putOff.Count == 0 && _items.IsEmpty)
        {
            _output.Add(FrameKind.Text, "{\"op\":\"drained\"}"u8);
            End(CloseCode.Normal, "drained");
            WriteClose();
        }
    }

    private void Write(in LinkItem notice)
    {
        if (notice.Kind == LinkItemKind.Pong)
        {
            _output.Add(FrameKind.Pong, (byte[])notice.First!);
            return;
        }

        _output.Add(FrameKind.Text, notice.Kind switch
        {
            LinkItemKind.Joined => LinkText.Membership("joined"u8, (Room)notice.First!, (Session)notice.Second!),
            LinkItemKind.Left => LinkText.Membership("left"u8, (Room)notice.First!, (Session)notice.Second!),
            LinkItemKind.Receipt => LinkText.Receipt(notice.Number, (Published)notice.First!),
            LinkItemKind.AnnounceDrain => LinkText.Draining((int)notice.Number),
            _ => LinkText.Error(notice.Number, (ErrorCode)notice.Key, (string)notice.First!),
        });
    }

    private void Write(OutboundFrame frame)
    {
        _frameCredit--;
        _output.AddFrame(frame.Payload);
        frame.Release();
        _link.Frames.Add(LinkFrameFate.Sent);
    }

    private void Write(RpcCall call)
    {
        var id = ++_lastId;
        Span<byte> head = stackalloc byte[48];
        "{\"op\":\"request\",\"id\":"u8.CopyTo(head);
        Utf8Formatter.TryFormat(id, head[RequestHead..], out var digits);
        _output.AddText(head[..(RequestHead + digits)], call.Body);
        call.DropBody();
        GiveUpPlace(call);
        call.Service.CountInFlight(1);
        _inFlight.Add(id, call);
        _openCalls++;
        _requestCredit--;
    }

    private void WriteClose()
    {
        if (_close is not { } close || _notices.Count > 0)
        {
            return;
        }

        _close = null;
        _isCloseWritten = true;
        Span<byte> payload = stackalloc byte[2 + close.Reason.Length];
        BinaryPrimitives.WriteUInt16BigEndian(payload, close.Code);
        Encoding.ASCII.GetBytes(close.Reason, payload[2..]);
        _output.Add(FrameKind.Close, payload);
    }

    // Takes it out of everything at once; the wire takes what is left to say and the close.
    private void End(ushort code, string reason)
    {
        if (_hasEnded)
        {
            return;
        }

        _hasEnded = true;
        _close = (code, reason);
        if (_options.Rooms.Count > 0)
        {
            _tenant.Registry.Unwatch(this);
        }

        foreach (var service in _options.Services)
        {
            service.Leave(this, mayKeep: false, TakeRest);
        }

        foreach (var call in _inFlight.Values)
        {
            if (!call.IsOver)
            {
                call.Service.CountInFlight(-1);
                call.Service.Outcomes.Add(RpcOutcome.Lost);
                call.Fail(ErrorCode.ServiceUnavailable, "The backend went away before it answered; it may have acted on it.");
            }
        }

        _inFlight.Clear();
        while (_states.Count > 0)
        {
            Drop(_states.Dequeue());
        }

        _link.Remove(this);
        Log.Ended(_logger, _link.Id, _options.Name, reason, code);
    }

    private void Cut(ushort code, string reason)
    {
        try
        {
            End(code, reason);
        }
        finally
        {
            if (!_isFinished)
            {
                Finish();
                _wire.Abort();
            }
        }
    }

    // Something is broken here, perhaps in the middle of leaving: each step for itself.
    private void CutAfterFault()
    {
        try
        {
            Cut(CloseCode.GoingAway, "the gateway failed");
        }
        catch (Exception exception)
        {
            Log.Failed(_logger, exception, _link.Id, _options.Name);
            _hasEnded = true;
            _link.Remove(this);
        }
    }

    private void Finish()
    {
        _isFinished = true;
        _timer?.Dispose();
    }

    // Under the lock of the service: nothing of it comes after what is here. What else is found on the way is worked off later, in its order.
    private LinkRest TakeRest(LinkService service)
    {
        while (_items.TryDequeue(out var item))
        {
            if (item.Kind is LinkItemKind.Call or LinkItemKind.Reliable)
            {
                Handle(item);
            }
            else
            {
                _putOff.Enqueue(item);
            }
        }

        var rest = new LinkRest([], []);
        for (var count = _calls.Count; count > 0; count--)
        {
            var call = _calls.Dequeue();
            if (call.Service != service)
            {
                _calls.Enqueue(call);
                continue;
            }

            GiveUpPlace(call);
            rest.Calls.Add(call);
        }

        for (var count = _reliable.Count; count > 0; count--)
        {
            var (of, frame, key) = _reliable.Dequeue();
            if (of != service)
            {
                _reliable.Enqueue((of, frame, key));
                continue;
            }

            Interlocked.Decrement(ref _reliableCount);
            rest.Frames.Add((frame, key));
        }

        return rest;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Backend worker connected: tenant={Tenant} worker={Worker}")]
        public static partial void Opened(ILogger logger, string tenant, string worker);

        [LoggerMessage(2, LogLevel.Information, "Backend worker gone: tenant={Tenant} worker={Worker} reason={Reason} code={Code}")]
        public static partial void Ended(ILogger logger, string tenant, string worker, string reason, ushort code);

        [LoggerMessage(3, LogLevel.Error, "The link of a backend worker failed: tenant={Tenant} worker={Worker}")]
        public static partial void Failed(ILogger logger, Exception exception, string tenant, string worker);
    }
}
