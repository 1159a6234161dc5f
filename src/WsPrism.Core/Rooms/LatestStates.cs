using WsPrism.Core.Delivery;
using WsPrism.Core.Sessions;
using WsPrism.Core.Tenants;
using WsPrism.Protocol;
using WsPrism.Protocol.Hot;

namespace WsPrism.Core.Rooms;

/// <summary>
/// The latest lossy state of every key that one slice of a room was given, for members that come back: what they missed, and what was on its way to them when their
/// connection broke. At most <c>hot_max_keys</c>; beyond that the key that is known longest goes. Made when a session that can be resumed joins, gone with the last
/// member. Owned by the slice's shard.
/// </summary>
internal sealed class LatestStates(Tenant tenant)
{
    private ConflationQueue _states;

    /// <summary>Keeps a state with a reference of its own.</summary>
    public void Keep(OutboundFrame state)
    {
        state.AddReferences();
        if (_states.Put(state) is { } older)
        {
            older.Release();
        }
        else if (_states.Count > tenant.Snapshot.Outbox.HotMaxKeys)
        {
            _states.Dequeue().Release();
        }
    }

    /// <summary>Gives a member all of them that are somebody else's, who is still there. Older ones that wait for it give way.</summary>
    public void SendTo(Membership member)
    {
        var session = member.Session;
        var paceNs = member.GetPaceNs();

        // The session may end on the way, and take the last member's place with it.
        for (var i = 0; i < _states.Count; i++)
        {
            var state = _states[i];
            if (state.ExpiresAtNs < session.Shard.Clock.NowNs || !IsWanted(state, member))
            {
                continue;
            }

            session.Supersede(state.Key);
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
    }

    /// <summary>Nobody is left who might come back.</summary>
    public void Clear()
    {
        while (_states.Count > 0)
        {
            _states.Dequeue().Release();
        }
    }

    private bool IsWanted(OutboundFrame state, Membership member) =>
        HotFrameReader.TryRead(state.Payload, HotDirection.FromServer, out var frame) == ErrorCode.None
        && ((frame.Flags & HotFlags.Sender) == 0 || (frame.Sender != member.Session.Handle && tenant.Registry.IsMember(member.Room, frame.Sender)));
}
