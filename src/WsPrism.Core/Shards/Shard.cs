using Microsoft.Extensions.Logging;
using WsPrism.Core.Delivery;
using WsPrism.Core.Rooms;
using WsPrism.Core.Rooms.Presence;
using WsPrism.Core.Sessions;
using WsPrism.Core.Time;

namespace WsPrism.Core.Shards;

/// <summary>
/// Single-threaded owner of sessions: their input, their policy state, their outboxes, its slice of each room. Everything here belongs to the thread
/// that runs the current pass, but for <see cref="Post(IShardWork)"/> and the figures that say otherwise.
/// </summary>
internal sealed partial class Shard
{
    /// <summary>Idle <see cref="PacedKeys"/> kept for the next sessions that need some.</summary>
    public const int MaxIdlePacedKeys = 256;

    // A pass ends after so many items, so that timers and flushes come round under load.
    private const int ItemsPerPass = 1_024;

    // How many sessions ahead a walk fetches.
    private const int FetchDistance = 4;

    private readonly Mailbox _mailbox = new();
    private readonly List<Session> _touched = [];
    private readonly Queue<IShardWork> _pausedReads = new();
    private readonly ILogger _logger;
    private List<(Session Session, Exception Fault)>? _failed;
    private long _lastPassNs;
    private int _sessions;

    public Shard(int index, Shard[] siblings, TimeProvider time, ILogger logger)
    {
        Index = index;
        Siblings = siblings;
        Clock = new ShardClock(time, index == 0 ? null : siblings[0]?.Clock);
        Line = new MessageLine(this, logger);
        _logger = logger;
    }

    public int Index { get; }

    /// <summary>All shards of the node, this one too, by index.</summary>
    public Shard[] Siblings { get; }

    public ShardClock Clock { get; }

    public TimingWheel Wheel { get; } = new();

    /// <summary>A finer wheel for room ticks and paced states: they come round within milliseconds and would be late on the other.</summary>
    public TimingWheel Ticks { get; } = new(tickMs: 1);

    /// <summary>Makes the BATCH frames of rooms with ticks.</summary>
    public BatchBuilder Batches { get; } = new();

    /// <summary>Writes what rooms tell of their members.</summary>
    public PresenceEnvelopes Presence { get; } = new();

    /// <summary>For the next sessions that need some.</summary>
    public Stack<PacedKeys> IdlePacedKeys { get; } = new();

    /// <summary>The steps from a whole message to its service and answer.</summary>
    public MessageLine Line { get; }

    /// <summary>Set once, before the first pass.</summary>
    public required IShardExecutor Executor { get; set; }

    /// <summary>The times that rule the sessions here.</summary>
    public required SessionTimings Timings { get; set; }

    /// <summary>Sessions placed here; may be read from any thread.</summary>
    public int SessionCount => Volatile.Read(ref _sessions);

    /// <summary>How long ago the last pass ended; may be read from any thread.</summary>
    public TimeSpan SinceLastPass => TimeSpan.FromMicroseconds((Clock.Measure() - Volatile.Read(ref _lastPassNs)) / 1_000.0);

    /// <summary>True where a pass would find something to do.</summary>
    public bool HasWork => !_mailbox.IsEmpty;

    /// <summary>Milliseconds until a timer of either wheel is due, at least 1; <paramref name="maxMs"/> where none is before.</summary>
    public int MsToNextTimer(int maxMs) => Ticks.MsToNextTick(Clock.NowMs, Wheel.MsToNextTick(Clock.NowMs, maxMs));

    /// <summary>Counts a session that is being placed here; any thread.</summary>
    public void Place() => Interlocked.Increment(ref _sessions);

    /// <summary>Counts a session that is gone; any thread.</summary>
    public void Unplace() => Interlocked.Decrement(ref _sessions);

    /// <summary>Leaves work for the next pass; any thread.</summary>
    public void Post(IShardWork work)
    {
        _mailbox.Post(new MailboxItem(work, default));
        Executor.Wake();
    }

    /// <summary>Leaves work for the next pass; any thread. For the control path: it allocates.</summary>
    public void Post(Action work) => Post(new DelegateWork(work));

    /// <summary>Leaves a broadcast to this shard's members for the next pass; any thread. Takes over a reference of each frame, and allocates nothing.</summary>
    public void Post(in Broadcast broadcast)
    {
        _mailbox.Post(new MailboxItem(null, broadcast));
        Executor.Wake();
    }

    /// <summary>Leaves a frame for one of this shard's sessions; any thread. Takes over a reference, and allocates nothing.</summary>
    public void Post(Session receiver, OutboundFrame frame)
    {
        _mailbox.Post(new MailboxItem(null, new Broadcast(null!, frame, null, null), receiver));
        Executor.Wake();
    }

    /// <summary>Leaves work with a frame for the next pass; any thread. Takes over a reference, and allocates nothing.</summary>
    public void Post(IFrameWork work, OutboundFrame frame, Session? from)
    {
        _mailbox.Post(new MailboxItem(null, new Broadcast(null!, frame, null, null), from, work));
        Executor.Wake();
    }

    /// <summary>One turn: what others left, what is due, then everything touched is flushed once.</summary>
    public void RunPass()
    {
        Clock.Read();
        ResumeReads();
        DrainMailbox();
        Wheel.Advance(Clock.NowMs);
        Ticks.Advance(Clock.NowMs);
        FlushTouched();
        Volatile.Write(ref _lastPassNs, Clock.Measure());
    }

    /// <summary>Remembers a session that has output, for the flush at the end of the pass.</summary>
    public void Touch(Session session)
    {
        if (!session.IsTouched)
        {
            session.IsTouched = true;
            _touched.Add(session);
        }
    }

    /// <summary>Puts a read off until the mailboxes are below their high-water mark again.</summary>
    public bool TryPauseRead(IShardWork read)
    {
        if (!IsUnderPressure())
        {
            return false;
        }

        _pausedReads.Enqueue(read);
        return true;
    }

    /// <summary>Delivers to all members of a room, on whichever shard they are. Takes over the caller's reference of each frame.</summary>
    public void Publish(in Broadcast broadcast)
    {
        foreach (var shard in Siblings)
        {
            if (shard != this && broadcast.Room.Slices[shard.Index].Count > 0)
            {
                broadcast.Frame.AddReferences();
                broadcast.WithRoom?.AddReferences();
                shard._mailbox.Post(new MailboxItem(null, broadcast));
                shard.Executor.Wake();
            }
        }

        Deliver(broadcast);
    }

    /// <summary>Delivers to this shard's members alone, and keeps a lossy state for those to come; takes over a reference of each frame.</summary>
    public void Deliver(in Broadcast broadcast)
    {
        if (broadcast.Frame.Class == DeliveryClass.HotLossy)
        {
            if (broadcast.Frame.StateOrder <= broadcast.Room.Order.LastJoin)
            {
                // It is older than the first member of a slice that may not have got it.
                LateStates.PassOn(this, broadcast.Room, broadcast.Frame);
            }

            if (!broadcast.Room.Slices[Index].TryKeep(broadcast.Frame))
            {
                broadcast.Frame.Release();
                broadcast.WithRoom?.Release();
                return;
            }
        }

        DeliverToMembers(broadcast);
    }

    /// <summary>
    /// The same without keeping anything. Walks the members from the last to the first: a member that ends on the way is
    /// replaced by one that was already served.
    /// </summary>
    public void DeliverToMembers(in Broadcast broadcast)
    {
        var slice = broadcast.Room.Slices[Index];
        if (slice.IsOlderThanAMember(broadcast.Offset))
        {
            OrderedDelivery.Deliver(this, broadcast, slice, exclude: null);
            return;
        }

        if (broadcast.Frame.Class == DeliveryClass.HotLossy && slice.Shapes(broadcast.Frame))
        {
            ShapedDelivery.Deliver(this, broadcast, slice);
            return;
        }

        var unused = slice.Count;

        // One reference for each member at once; what is left over goes back with the caller's.
        broadcast.Frame.AddReferences(unused);
        for (var i = slice.Count - 1; i >= 0; i--)
        {
            FetchAhead(slice.Sessions, i);
            var session = slice.Sessions[i];
            if (session == broadcast.Except)
            {
                continue;
            }

            if (broadcast.WithRoom is null || session.ActiveRoom == broadcast.Room)
            {
                unused--;
                Offer(session, broadcast.Frame);
            }
            else
            {
                broadcast.WithRoom.AddReferences();
                Offer(session, broadcast.WithRoom);
            }
        }

        broadcast.Frame.Release(unused + 1);
        broadcast.WithRoom?.Release();
    }

    // What the walk touches of the sessions that come next: first the session, then what it refers to.
    private static void FetchAhead(ReadOnlySpan<Session> sessions, int current)
    {
        if (current >= 2 * FetchDistance)
        {
            Prefetch.Object(sessions[current - (2 * FetchDistance)], lines: 3);
            sessions[current - FetchDistance].PrefetchQueue();
        }
    }

    /// <summary>
    /// Puts a frame into one session's queue; takes over a reference. A delivery to many never fails because of one, and never in the face of who published.
    /// </summary>
    public void Offer(Session session, OutboundFrame frame)
    {
        try
        {
            session.Enqueue(frame);
        }
        catch (Exception exception)
        {
            Cut(session, exception);
        }
    }

    private void DrainMailbox()
    {
        for (var i = 0; i < ItemsPerPass && _mailbox.TryTake(out var item); i++)
        {
            Run(item);
        }
    }

    private void ResumeReads()
    {
        for (var count = _pausedReads.Count; count > 0 && !IsUnderPressure(); count--)
        {
            Run(new MailboxItem(_pausedReads.Dequeue(), default));
        }
    }

    /// <summary>True while some shard cannot keep up with what others have for it: nothing more is to be read from connections until it can.</summary>
    public bool IsUnderPressure()
    {
        foreach (var shard in Siblings)
        {
            if (shard._mailbox.IsOverHighWater)
            {
                return true;
            }
        }

        return false;
    }

    private void FlushTouched()
    {
        // By index: a flush may touch others, and sending what was collected may too.
        for (var i = 0; i < _touched.Count;)
        {
            Executor.BeginFlush(_touched.Count - i);
            for (; i < _touched.Count; i++)
            {
                if (i + FetchDistance < _touched.Count)
                {
                    Prefetch.Object(_touched[i + FetchDistance].Connection, lines: 2);
                }

                var session = _touched[i];
                session.IsTouched = false;
                try
                {
                    session.Flush();
                }
                catch (Exception exception)
                {
                    // Later: what ends with a session must not reach outboxes whose frames are on their way out.
                    (_failed ??= []).Add((session, exception));
                }
            }

            Executor.EndFlush();
            CutFailed();
        }

        _touched.Clear();
    }

    private void CutFailed()
    {
        if (_failed is null)
        {
            return;
        }

        var failed = _failed;
        _failed = null;
        foreach (var (session, exception) in failed)
        {
            Cut(session, exception);
        }
    }

    /// <summary>Does something for one session; a fault takes that session with it, never the shard and its other sessions.</summary>
    public void Guard(Session session, Action<Session> work)
    {
        try
        {
            work(session);
        }
        catch (Exception exception)
        {
            Cut(session, exception);
        }
    }

    /// <summary>Logs a fault that met one session and ends that session.</summary>
    public void Cut(Session session, Exception exception)
    {
        Log.SessionFailed(_logger, exception, session.Tenant.Id, session.SessionId, session.TraceId);
        try
        {
            session.Fail();
        }
        catch (Exception second)
        {
            Log.SessionFailed(_logger, second, session.Tenant.Id, session.SessionId, session.TraceId);
        }
    }

    private void Run(in MailboxItem item)
    {
        try
        {
            if (item.Work is not null)
            {
                item.Work.Run(this);
            }
            else if (item.FrameWork is not null)
            {
                item.FrameWork.Run(this, item.Broadcast.Frame, item.Receiver);
            }
            else if (item.Receiver is not null)
            {
                Offer(item.Receiver, item.Broadcast.Frame);
            }
            else
            {
                Deliver(item.Broadcast);
            }
        }
        catch (Exception exception)
        {
            // A fault takes the piece of work with it, never the shard and its other sessions.
            Log.WorkFailed(_logger, exception);
        }
    }

    private sealed class DelegateWork(Action action) : IShardWork
    {
        public void Run(Shard shard) => action();
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "A piece of a shard's work failed.")]
        public static partial void WorkFailed(ILogger logger, Exception exception);

        [LoggerMessage(2, LogLevel.Error, "A session failed and is cut off: tenant={Tenant} session={Session} trace_id={TraceId}")]
        public static partial void SessionFailed(ILogger logger, Exception exception, string tenant, string session, string traceId);
    }
}
