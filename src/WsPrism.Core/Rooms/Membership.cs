using WsPrism.Core.Sessions;

namespace WsPrism.Core.Rooms;

/// <summary>One session's place in one room. Owned by the session's shard.</summary>
internal sealed class Membership
{
    public Membership(Session session, Room room)
    {
        Session = session;
        Room = room;
    }

    public Session Session { get; }

    public Room Room { get; }

    /// <summary>Position in the shard's slice of the room.</summary>
    public int Index { get; set; }
}
