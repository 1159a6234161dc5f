using WsPrism.Core.Sessions;
using WsPrism.Core.Time;

namespace WsPrism.Core.Delivery;

/// <summary>
/// What lossy Hot frames pass on their way into one session's outbox where a rule says more than "at once": first how often a key may go (<c>max_hz</c>), then
/// how many bytes may (<c>max_bytes_per_s</c>), and in the outbox their time to live. States that wait here are accepted and queued in the ledgers. Made when the
/// first such frame comes; while nothing waits it holds no buffer and no timer. One node in the shard's fine wheel, armed for the nearest of what waits, only
/// marks the session: all is let go in its flush, behind the ticks of the same pass. Owned by the shard's thread.
/// </summary>
internal sealed class LossyPacer : TimerNode
{
    private const long NsPerMs = 1_000_000;

    private readonly Session _session;
    private readonly ByteBudget _budget;
    private PacedKeys? _keys;

    // Waits for bytes: single states, not batches, in the order in which they are served; whose turn has come goes behind the others with its next state.
    private ConflationQueue _line;

    // When something in the outbox expires, or earlier.
    private long _nextExpiryNs = OutboundFrame.Never;

    public LossyPacer(Session session)
    {
        _session = session;
        _budget = new ByteBudget(session.Shard.Clock);
        session.Outbox.Budget = _budget;
        _budget.Set(Limits);
    }

    /// <summary>States that wait here.</summary>
    public int HeldStates => _line.Count + (_keys?.HeldStates ?? 0);

    /// <summary>True while the session's flush has it let go what may go: a flush follows.</summary>
    public bool IsReleasing { get; private set; }

    /// <summary>True while it holds buffers.</summary>
    public bool HoldsBuffers => _keys is not null || _line.Count > 0;

    private Outbox Outbox => _session.Outbox;

    private BatchBuilder Batches => _session.Shard.Batches;

    private OutboxLimits Limits => _session.Tenant.Snapshot.Outbox;

    private long NowNs => _session.Shard.Clock.NowNs;

    /// <summary>Takes in a frame that the ledgers have accepted, and one reference of it. A pace of 0 is none.</summary>
    public void Offer(OutboundFrame frame, long paceNs)
    {
        if (paceNs > 0 && !Keys().TryPass(frame, paceNs, NowNs, BatchBuilder.Bound(Limits.HotMaxKeys)))
        {
            _session.Shard.Touch(_session);
            return;
        }

        Send(frame);
    }

    /// <summary>Lets go what may go now and drops what has expired; called before the wire is asked to take something.</summary>
    public void Release()
    {
        if (IsReleasing)
        {
            return;
        }

        IsReleasing = true;
        try
        {
            // What expired goes first: letting go may have to write what is in the outbox.
            DropExpired();
            _budget.Set(Limits);
            while (_keys is not null && _keys.TryTakeDue(NowNs, out var frame))
            {
                Send(Reviewed(frame));
            }

            ServeLine();
            DropExpired();
        }
        finally
        {
            IsReleasing = false;
        }

        Rest();
    }

    /// <summary>A reload has changed the rule of a room: what waits under the one before goes now, ahead of what comes.</summary>
    public void LetGo(uint room)
    {
        while (_keys is not null && _keys.TryTakeOf(room, NowNs, out var frame))
        {
            Send(Reviewed(frame));
        }

        _session.Shard.Touch(_session);
    }

    /// <summary>Ends what waits here for a room that is left.</summary>
    public void LeaveRoom(uint room)
    {
        Drop(StateFilter.OfRoom(room), Fate.SessionClosed);
        Rest();
    }

    /// <summary>Ends states that wait here.</summary>
    public void Drop(in StateFilter filter, Fate fate)
    {
        _keys?.Drop(filter, fate);
        for (var i = _line.Count; i > 0; i--)
        {
            if (Batches.Without(_line.Dequeue(), filter, out var dropped) is { } left)
            {
                _line.Put(left);
            }

            Outbox.EndStates(fate, dropped);
        }
    }

    /// <summary>The session has ended: nothing waits any more.</summary>
    public void Discard()
    {
        while (_line.Count > 0)
        {
            End(_line.Dequeue(), Fate.SessionClosed);
        }

        if (_keys is not null)
        {
            _keys.Discard();
            ReturnKeys();
        }

        _session.Shard.Ticks.Disarm(this);
    }

    protected internal override void OnDue(long nowMs) => _session.Shard.Touch(_session);

    private PacedKeys Keys()
    {
        if (_keys is null)
        {
            if (!_session.Shard.IdlePacedKeys.TryPop(out _keys))
            {
                _keys = new PacedKeys(Batches);
            }

            _keys.Serve(Outbox);
        }

        return _keys;
    }

    // Through the byte budget. Behind what waits already, and while the wire takes nothing, the states of a batch wait in line one by one.
    private void Send(OutboundFrame frame)
    {
        if (Outbox.IsClosing)
        {
            Outbox.Admit(frame, Limits);
            return;
        }

        if (_line.Count == 0 && (Limits.MaxBytesPerS == 0 || (!_session.Connection.IsCongested && TrySpendWhole(frame))))
        {
            Forward(frame);
            return;
        }

        if (frame.Batch is { } batch)
        {
            foreach (var state in batch.States)
            {
                state.AddReferences();
                StandInLine(state);
            }

            frame.Release();
        }
        else
        {
            StandInLine(frame);
        }

        _session.Shard.Touch(_session);
    }

    // A single frame longer than the burst goes from a full budget, or never; a batch is better split.
    private bool TrySpendWhole(OutboundFrame frame) =>
        (frame.Batch is null || frame.Length <= Limits.BurstBytes) && _budget.TrySpend(frame.Length);

    private void StandInLine(OutboundFrame state)
    {
        if (_line.Put(state) is { } older)
        {
            End(older, Fate.Conflated);
        }
        else if (_line.Count > BatchBuilder.Bound(Limits.HotMaxKeys))
        {
            End(_line.Dequeue(), Fate.Overflow);
        }
    }

    // Neighbours of one room's batches go in one batch again: the part of it that the budget allows.
    private void ServeLine()
    {
        while (_line.Count > 0 && !_session.Connection.IsCongested && TryTakeFromLine(first: true, room: 0, out var state))
        {
            if (!state.IsTickState || state.Length > BatchBuilder.MaxStateLength)
            {
                Forward(Viewed(state));
                continue;
            }

            var room = state.Key.Room;
            Batches.Begin();
            do
            {
                Batches.TryAdd(state);
            }
            while (TryTakeFromLine(first: false, room, out state));

            ForwardBatch(room);
        }
    }

    // The next state in line, where it has not expired and there are bytes for it; in a batch only one of that batch's.
    private bool TryTakeFromLine(bool first, uint room, out OutboundFrame state)
    {
        while (_line.Count > 0)
        {
            state = _line[0];
            if (state.ExpiresAtNs < NowNs)
            {
                End(_line.Dequeue(), Fate.Expired);
                continue;
            }

            if ((!first && (!Batches.CanAdd(state) || !state.IsTickState || state.Key.Room != room)) || !_budget.TrySpend(CostOf(state, first)))
            {
                return false;
            }

            _line.Dequeue();
            return true;
        }

        state = null!;
        return false;
    }

    private void ForwardBatch(uint room)
    {
        // The line's references go back: the batch has taken its own.
        var batch = Batches.Build(room, !IsActive(room))!;
        foreach (var state in batch.Batch!.States)
        {
            state.Release();
        }

        Forward(batch);
    }

    private void Forward(OutboundFrame frame)
    {
        _nextExpiryNs = Math.Min(_nextExpiryNs, frame.ExpiresAtNs);
        _session.Forward(frame);
    }

    private OutboundFrame Viewed(OutboundFrame state)
    {
        if (!state.IsTickState || IsActive(state.Key.Room))
        {
            return state;
        }

        var viewed = BatchBuilder.WithRoom(state);
        state.Release();
        return viewed;
    }

    // The active room may have changed while a frame waited, and with it whether the receiver must be told the room. Told too often does no harm.
    private OutboundFrame Reviewed(OutboundFrame frame)
    {
        if (frame.Key.Room == 0 || IsActive(frame.Key.Room) || BatchBuilder.HasRoom(frame))
        {
            return frame;
        }

        var viewed = frame.Batch is null ? BatchBuilder.WithRoom(frame) : Batches.WithRoom(frame.Batch);
        frame.Release();
        return viewed;
    }

    private bool IsActive(uint room) => _session.ActiveRoom?.Handle == room;

    private int CostOf(OutboundFrame state, bool first)
    {
        var view = state.IsTickState && !IsActive(state.Key.Room) ? sizeof(uint) : 0;
        return state.Length + view + (state.IsTickState ? sizeof(ushort) + (first ? BatchBuilder.OuterLength + view : 0) : 0);
    }

    private void DropExpired()
    {
        if (_nextExpiryNs < NowNs)
        {
            Outbox.Drop(StateFilter.Expired(NowNs), Fate.Expired);
            _nextExpiryNs = Outbox.EarliestExpiryNs();
        }
    }

    // Arms the timer for what waits, or gives back what nothing needs any more.
    private void Rest()
    {
        var due = long.MaxValue;
        if (_keys is not null)
        {
            if (_keys.IsIdle(NowNs))
            {
                ReturnKeys();
            }
            else if (_keys.TryGetNextDueMs(out var keyDue))
            {
                due = keyDue;
            }
        }

        // A congested wire tells when it takes something again.
        if (_line.Count > 0 && !_session.Connection.IsCongested)
        {
            due = Math.Min(due, (_budget.FitsAtNs(CostOf(_line[0], first: true)) + NsPerMs - 1) / NsPerMs);
        }

        if (due == long.MaxValue || _session.HasEnded)
        {
            _session.Shard.Ticks.Disarm(this);
        }
        else
        {
            _session.Shard.Ticks.Arm(this, due);
        }
    }

    private void ReturnKeys()
    {
        _keys!.Serve(null);
        if (!_keys.IsLarge && _session.Shard.IdlePacedKeys.Count < Shards.Shard.MaxIdlePacedKeys)
        {
            _session.Shard.IdlePacedKeys.Push(_keys);
        }

        _keys = null;
    }

    private void End(OutboundFrame state, Fate fate)
    {
        Outbox.EndStates(fate, 1);
        state.Release();
    }
}
