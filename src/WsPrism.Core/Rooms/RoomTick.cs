using WsPrism.Core.Delivery;
using WsPrism.Core.Sessions;
using WsPrism.Core.Shards;
using WsPrism.Core.Tenants;
using WsPrism.Core.Time;

namespace WsPrism.Core.Rooms;

/// <summary>
/// What one shard's slice of a room holds for the next tick (<c>hot.tick_hz</c>): the latest lossy state of every key that changed. At the tick it becomes one
/// BATCH for all members, encoded once for those whose active room it is and once for the others. The timer runs only while something is held.
/// Owned by the shard's thread.
/// <para>
/// The ledger: a state is accepted for each member when it is held, and what becomes of it here becomes of it for each member. The tenant's ledger is told so at
/// once, a multiplication a state. A session's own would cost a walk a state; instead the tick counts for "each member", and what a member's ledger has not taken
/// over yet (<see cref="TickAccount"/>) it takes over when it is asked, at the tick and when the member leaves. All that is held is queued for every member: who
/// joins accepts it, who leaves ends it as <c>session_closed</c>.
/// </para>
/// </summary>
internal sealed class RoomTick : TimerNode
{
    private const long MsPerSecond = 1_000;

    // For states that were published under a rule with ticks and come when a reload has taken them off: the next millisecond.
    private const int HzWithoutRule = 1_000;

    private readonly Shard _shard;
    private readonly Room _room;
    private readonly RoomSlice _slice;
    private readonly Tenant _tenant;
    private readonly Ledger _ledger;

    // States of the tick that is being served which no batch can take: they go as ordinary frames, in both encodings.
    private readonly List<OutboundFrame> _large = [];
    private readonly List<OutboundFrame> _largeWithRoom = [];

    // Keys whose last state went alone, and those of this tick that did or do: a batch must not be overtaken by an older state alone, nor the other way round.
    private readonly HashSet<ConflationKey> _alone = [];
    private readonly List<ConflationKey> _changesWay = [];

    private ConflationQueue _held;
    private TickCounts _counts;
    private OutboundFrame? _batch;
    private OutboundFrame? _batchWithRoom;
    private bool _isServing;
    private long _walk;

    /// <summary>For a slice that has members.</summary>
    public RoomTick(Shard shard, Room room, RoomSlice slice)
    {
        _shard = shard;
        _room = room;
        _slice = slice;
        _tenant = slice.Sessions[0].Tenant;
        _ledger = _tenant.Shards[shard.Index].Ledger;
    }

    /// <summary>States held: so many are queued here for each member.</summary>
    public int HeldStates => _held.Count;

    private int MaxStates => BatchBuilder.Bound(_tenant.Snapshot.Outbox.HotMaxKeys);

    /// <summary>Holds a state for every member; an older one of its key gives way. Takes over one reference.</summary>
    public void Hold(OutboundFrame state)
    {
        _ledger.Accept(DeliveryClass.HotLossy, _slice.Count);
        _counts = _counts with { Accepted = _counts.Accepted + 1 };
        if (_held.Put(state) is { } older)
        {
            _counts = _counts with { Conflated = _counts.Conflated + 1 };
            End(older, Fate.Conflated);
        }
        else if (_held.Count > MaxStates)
        {
            _counts = _counts with { Overflow = _counts.Overflow + 1 };
            End(_held.Dequeue(), Fate.Overflow);
        }

        if (Slot < 0)
        {
            Arm();
        }
    }

    /// <summary>
    /// A state is about to go to the members at once: a reload takes the ticks off, or has just put them on. What is held goes before it, and no batch that comes
    /// later is overtaken by it. True where something was held.
    /// </summary>
    public bool GiveWay(in ConflationKey key)
    {
        var isHolding = _held.Count > 0 && !_isServing;
        if (isHolding)
        {
            OnDue(_shard.Clock.NowMs);
        }

        if (_alone.Count < BatchBuilder.MaxStates)
        {
            _alone.Add(key);
        }

        return isHolding;
    }

    /// <summary>A new member is to get what is held.</summary>
    public void Join(Membership member)
    {
        member.TickAccount = new TickAccount { Settled = _counts };
        member.Session.Outbox.AcceptStates(_held.Count);
    }

    /// <summary>A member goes, and what is held for it is held no more.</summary>
    public void Leave(Membership member)
    {
        Settle(member);
        if (!_isServing || member.TickAccount!.Served != _walk)
        {
            member.Session.Outbox.EndStates(Fate.SessionClosed, _held.Count);
        }

        if (_slice.Count == 1 && !_isServing)
        {
            Clear();
        }
    }

    /// <summary>True where the next batch has a state of this key.</summary>
    public bool Holds(in ConflationKey key) => _held.Contains(key);

    /// <summary>A sender has left: its states are no longer held.</summary>
    public void Forget(in StateFilter ofSender)
    {
        for (var i = _held.Count; i > 0; i--)
        {
            var state = _held.Dequeue();
            if (ofSender.Drops(state))
            {
                _counts = _counts with { Conflated = _counts.Conflated + 1 };
                End(state, Fate.Conflated);
            }
            else
            {
                _held.Put(state);
            }
        }
    }

    /// <summary>Brings a member's ledger up to date.</summary>
    public void Settle(Membership member)
    {
        var account = member.TickAccount ??= new TickAccount();
        var (settled, ledger) = (account.Settled, member.Session.Ledger);
        if (settled == _counts)
        {
            return;
        }

        ledger.Accept(DeliveryClass.HotLossy, _counts.Accepted - settled.Accepted);
        ledger.End(DeliveryClass.HotLossy, Fate.Conflated, _counts.Conflated - settled.Conflated);
        ledger.End(DeliveryClass.HotLossy, Fate.Expired, _counts.Expired - settled.Expired);
        ledger.End(DeliveryClass.HotLossy, Fate.Overflow, _counts.Overflow - settled.Overflow);
        account.Settled = _counts;
    }

    protected internal override void OnDue(long nowMs)
    {
        DropExpired();
        if (_held.Count == 0)
        {
            return;
        }

        _isServing = true;
        _walk++;
        SetAside();
        _shard.Batches.Share(true);

        // From the last to the first: a member that ends on the way is replaced by one that was already served.
        for (var i = _slice.Count - 1; i >= 0; i--)
        {
            var member = _slice.Members[i];
            try
            {
                Serve(member);
            }
            catch (Exception exception)
            {
                _shard.Cut(member.Session, exception);
            }
        }

        _shard.Batches.Share(false);
        _isServing = false;
        Clear();
    }

    // The grid is the shard clock's, the same for all rooms of a rate; rounded up each time anew, so that 60 Hz are 60 a second.
    private void Arm()
    {
        var hz = _room.Rule.TickHz is > 0 and var ruled ? ruled : HzWithoutRule;
        var next = (_shard.Clock.NowMs * hz / MsPerSecond) + 1;
        _shard.Ticks.Arm(this, ((next * MsPerSecond) + hz - 1) / hz);
    }

    private void DropExpired()
    {
        var now = _shard.Clock.NowNs;
        for (var i = _held.Count; i > 0; i--)
        {
            var state = _held.Dequeue();
            if (state.ExpiresAtNs < now)
            {
                _counts = _counts with { Expired = _counts.Expired + 1 };
                End(state, Fate.Expired);
            }
            else
            {
                _held.Put(state);
            }
        }
    }

    private void SetAside()
    {
        var batches = _shard.Batches;
        batches.Begin();
        for (var i = 0; i < _held.Count; i++)
        {
            var state = _held[i];
            var isLarge = !batches.TryAdd(state);
            if (isLarge || (_alone.Count > 0 && _alone.Remove(state.Key)))
            {
                _changesWay.Add(state.Key);
            }

            if (isLarge)
            {
                state.AddReferences();
                _large.Add(state);
            }
        }
    }

    private void Serve(Membership member)
    {
        Settle(member);
        if (member.TickAccount!.Served == _walk)
        {
            return;
        }

        member.TickAccount.Served = _walk;
        var session = member.Session;
        var isActive = session.ActiveRoom == _room;
        var paceNs = member.GetPaceNs();
        foreach (var key in _changesWay)
        {
            session.Supersede(key);
        }

        if (_large.Count < _held.Count)
        {
            session.EnqueueAccepted(Batch(isActive), paceNs);
        }

        foreach (var state in isActive ? _large : LargeWithRoom())
        {
            state.AddReferences();
            session.EnqueueAccepted(state, paceNs);
        }
    }

    private List<OutboundFrame> LargeWithRoom()
    {
        for (var i = _largeWithRoom.Count; i < _large.Count; i++)
        {
            _largeWithRoom.Add(BatchBuilder.WithRoom(_large[i]));
        }

        return _largeWithRoom;
    }

    // One reference for a receiver; encoded for the first of its view.
    private OutboundFrame Batch(bool isActive)
    {
        ref var batch = ref (isActive ? ref _batch : ref _batchWithRoom);
        if (batch is null)
        {
            _shard.Batches.Begin();
            for (var i = 0; i < _held.Count; i++)
            {
                _shard.Batches.TryAdd(_held[i]);
            }

            batch = _shard.Batches.Build(_room.Handle, hasRoom: !isActive)!;
        }

        batch.AddReferences();
        return batch;
    }

    private void Clear()
    {
        while (_held.Count > 0)
        {
            _held.Dequeue().Release();
        }

        ReleaseLarge();
        _batch?.Release();
        _batchWithRoom?.Release();
        _batch = _batchWithRoom = null;
        _shard.Ticks.Disarm(this);
    }

    private void ReleaseLarge()
    {
        foreach (var state in _large)
        {
            // Not hot_max_keys: a key forgotten here could end with an older state. Each of these has cost its sender 64 KiB.
            if (_alone.Count < BatchBuilder.MaxStates)
            {
                _alone.Add(state.Key);
            }

            state.Release();
        }

        foreach (var state in _largeWithRoom)
        {
            state.Release();
        }

        _large.Clear();
        _largeWithRoom.Clear();
        _changesWay.Clear();
    }

    private void End(OutboundFrame state, Fate fate)
    {
        _ledger.End(DeliveryClass.HotLossy, fate, _slice.Count);
        state.Release();
    }
}
