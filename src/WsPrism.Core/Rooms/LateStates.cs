using WsPrism.Core.Delivery;
using WsPrism.Core.Shards;

namespace WsPrism.Core.Rooms;

/// <summary>
/// How who joins gets the latest lossy states of a room. A slice with members has them (<see cref="LatestStates"/>), for each frame goes to every shard that has
/// members. A slice whose first member joins has none, and asks the shards that have: what it does not know yet it then delivers like any frame, to all that have joined
/// meanwhile. So it holds at any time that a member was given all that its slice knows, each key in order.
/// <para>
/// Frames are under way while that happens. <see cref="RoomOrder"/> tells which: who publishes numbers the state first and then looks which slices have members, who joins first
/// counts itself and then looks at the number. What is newer than that number comes by itself. What is not may have gone past, so whichever shard gets it after it was asked
/// passes it on; before, it is in the answer. A slice that loses its last member hands what it knows to those that wait for its answer. What comes twice is dropped, by its number.
/// Only rooms in which there was a lossy state, and of those only the first member of a shard, cause anything of this.
/// </para>
/// An item in a shard's mailbox, with a reference of each state. Immutable.
/// </summary>
internal sealed class LateStates : IShardWork
{
    private readonly Room _room;
    private readonly OutboundFrame[] _states;
    private readonly bool _isAnswer;

    private LateStates(Room room, OutboundFrame[] states, bool isAnswer) => (_room, _states, _isAnswer) = (room, states, isAnswer);

    /// <summary>Gives a session that has just joined what there is, now or when other shards have answered.</summary>
    public static void Welcome(Membership member)
    {
        var (room, slice) = (member.Room, member.Slice);
        if (member.Session.HasEnded || !room.Rule.HasSnapshot)
        {
            return;
        }

        // What waits from the last time that it was here must not come behind what it gets now.
        member.Session.Outbox.Drop(StateFilter.OfRoom(room.Handle), Fate.Conflated);
        if (slice.Count > 1)
        {
            slice.Latest?.Welcome(member);
            return;
        }

        // It was counted before: who takes a higher number than this one sees it.
        Interlocked.MemoryBarrier();
        var order = room.Order.Last;
        if (order == 0)
        {
            return;
        }

        slice.CountAwaited(1);
        slice.NoteMissed(order);
        room.Order.NoteJoin(order);
        Interlocked.MemoryBarrier();
        var shard = member.Session.Shard;
        foreach (var other in shard.Siblings)
        {
            if (other != shard && room.Slices[other.Index].Count > 0)
            {
                slice.CountAwaited(1);
                other.Post(new Request(room, shard));
            }
        }

        slice.CountAwaited(-1);
    }

    /// <summary>A state has come to a shard that others may have missed.</summary>
    public static void PassOn(Shard shard, Room room, OutboundFrame state)
    {
        foreach (var other in shard.Siblings)
        {
            var slice = room.Slices[other.Index];
            if (other != shard && slice.Count > 0 && state.StateOrder <= slice.MayHaveMissed)
            {
                state.AddReferences();
                other.Post(new LateStates(room, [state], isAnswer: false));
            }
        }
    }

    /// <summary>The last member of a slice has gone: who waits for the slice's answer gets what it knew. Takes over the states.</summary>
    public static void HandOver(Shard shard, Room room, LatestStates states)
    {
        // It was counted before: who asks from here on does not ask this slice.
        Interlocked.MemoryBarrier();
        foreach (var other in shard.Siblings)
        {
            var slice = room.Slices[other.Index];
            if (other != shard && slice.Count > 0 && slice.IsAwaiting)
            {
                other.Post(new LateStates(room, states.Share(), isAnswer: false));
            }
        }

        states.Clear();
    }

    public void Run(Shard shard)
    {
        var slice = _room.Slices[shard.Index];
        if (_isAnswer)
        {
            slice.CountAwaited(-1);
        }

        foreach (var state in _states)
        {
            if (slice.Count == 0)
            {
                // Who was to get it has left, and others may have asked this shard before it came.
                PassOn(shard, _room, state);
                state.Release();
            }
            else if (!IsNews(shard, slice, state))
            {
                state.Release();
            }
            else
            {
                PassOn(shard, _room, state);
                slice.TryKeep(state);
                shard.DeliverToMembers(new Broadcast(_room, state, state.IsTickState ? null : BatchBuilder.WithRoom(state), null));
            }
        }
    }

    // What would not be kept is none: shards would pass it on to each other for ever.
    private bool IsNews(Shard shard, RoomSlice slice, OutboundFrame state) =>
        _room.Rule.HasSnapshot
        && slice.Latest?.IsKnown(state) != true
        && LatestStates.IsGood(state, _room, slice.Sessions[0].Tenant, shard.Clock.NowNs);

    private sealed class Request(Room room, Shard asker) : IShardWork
    {
        public void Run(Shard shard) => asker.Post(new LateStates(room, room.Slices[shard.Index].Latest?.Share() ?? [], isAnswer: true));
    }
}
