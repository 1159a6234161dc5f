using WsPrism.Core.Delivery;
using WsPrism.Core.Sessions;
using WsPrism.Core.Tenants;
using WsPrism.Protocol;
using WsPrism.Protocol.Hot;

namespace WsPrism.Core.Rooms;

/// <summary>
/// The latest lossy state of every key that one slice of a room was given: for members that join, and for those that come back, what they missed and what was on its
/// way to them when their connection broke. At most <c>hot_max_keys</c>; beyond that the key that is known longest goes. Gone with the slice's last member. Owned
/// by the slice's shard.
/// </summary>
internal sealed class LatestStates(Tenant tenant)
{
    private ConflationQueue _states;

    // Of what went for want of room nobody knows any more which state was the latest, but it was not newer than this.
    private long _droppedUpTo;

    /// <summary>Keeps a state with a reference of its own; false where it was here already, by another way.</summary>
    public bool TryKeep(OutboundFrame state)
    {
        state.AddReferences();
        if (_states.Put(state) is { } older)
        {
            older.Release();
            return older != state;
        }
        else if (_states.Count > tenant.Snapshot.Outbox.HotMaxKeys)
        {
            var oldest = _states.Dequeue();
            _droppedUpTo = Math.Max(_droppedUpTo, oldest.StateOrder);
            oldest.Release();
        }

        return true;
    }

    /// <summary>True where this state of the room, or a newer one of its key, was here.</summary>
    public bool IsKnown(OutboundFrame state) => state.StateOrder <= (_states.FrameOf(state.Key)?.StateOrder ?? _droppedUpTo);

    /// <summary>All of them, with a reference of each.</summary>
    public OutboundFrame[] Share()
    {
        var states = new OutboundFrame[_states.Count];
        for (var i = 0; i < states.Length; i++)
        {
            states[i] = _states[i];
            states[i].AddReferences();
        }

        return states;
    }

    /// <summary>Gives a member that has just joined all of them; in a room with ticks what the next one brings is left to it.</summary>
    public void Welcome(Membership member)
    {
        if (member.Room.Rule.TickHz == 0)
        {
            Send(member, isBack: false);
            return;
        }

        var (session, batches) = (member.Session, member.Session.Shard.Batches);
        List<OutboundFrame>? large = null;
        batches.Begin();
        for (var i = 0; i < _states.Count; i++)
        {
            var state = _states[i];
            if (IsFor(member, state, isBack: false) && !batches.TryAdd(state))
            {
                state.AddReferences();
                (large ??= []).Add(state);
            }
        }

        if (batches.Build(member.Room.Handle, hasRoom: session.ActiveRoom != member.Room) is { } batch)
        {
            session.EnqueueShaped(batch, member.GetPaceNs());
        }

        foreach (var state in large ?? [])
        {
            Enqueue(member, state);
            state.Release();
        }
    }

    /// <summary>Gives a member that is back all of them that are somebody else's. Older ones that wait for it give way.</summary>
    public void SendTo(Membership member) => Send(member, isBack: true);

    /// <summary>A sender has left, and its states with it.</summary>
    public void Forget(in StateFilter ofSender)
    {
        for (var i = _states.Count; i > 0; i--)
        {
            var state = _states.Dequeue();
            if (ofSender.Drops(state))
            {
                state.Release();
            }
            else
            {
                _states.Put(state);
            }
        }
    }

    /// <summary>Nobody is left who might want them.</summary>
    public void Clear()
    {
        while (_states.Count > 0)
        {
            _states.Dequeue().Release();
        }
    }

    /// <summary>False where a state is too old, or of a sender who is not there any more. What has KEY is not the sender's.</summary>
    public static bool IsGood(OutboundFrame state, Room room, Tenant tenant, long nowNs) =>
        state.ExpiresAtNs >= nowNs
        && (!state.Key.IsOfSender || state.Key.Discriminator == 0 || tenant.Registry.IsMember(room, state.Key.Discriminator));

    private void Send(Membership member, bool isBack)
    {
        // The session may end on the way, and take the last member's place with it.
        for (var i = 0; i < _states.Count; i++)
        {
            if (IsFor(member, _states[i], isBack))
            {
                member.Session.Supersede(_states[i].Key);
                Enqueue(member, _states[i]);
            }
        }
    }

    private static void Enqueue(Membership member, OutboundFrame state)
    {
        var session = member.Session;
        var paceNs = member.GetPaceNs();
        if (session.ActiveRoom == member.Room)
        {
            state.AddReferences();
            session.EnqueueShaped(state, paceNs);
        }
        else
        {
            session.EnqueueShaped(BatchBuilder.WithRoom(state), paceNs);
        }
    }

    // Who is back knows its own; who has joined may have been here before and have forgotten.
    private bool IsFor(Membership member, OutboundFrame state, bool isBack) =>
        IsGood(state, member.Room, tenant, member.Session.Shard.Clock.NowNs)
        && (isBack ? !IsFrom(member.Session, state) : member.Slice.Tick?.Holds(state.Key) != true);

    private static bool IsFrom(Session session, OutboundFrame state) =>
        HotFrameReader.TryRead(state.Payload, HotDirection.FromServer, out var frame) == ErrorCode.None
        && frame.Has(HotFlags.Sender) && frame.Sender == session.Handle;
}
