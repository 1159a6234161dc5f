namespace WsPrism.Backend.Link;

/// <summary>To whom a worker publishes. The numbers are those of binary messages.</summary>
internal enum LinkTarget : byte
{
    /// <summary>Nobody was named.</summary>
    None = 0,

    /// <summary>The members of a room, by name.</summary>
    Room = 1,

    /// <summary>All sessions of a user.</summary>
    User = 2,

    /// <summary>One session, by id.</summary>
    Session = 3,

    /// <summary>All sessions of the tenant.</summary>
    All = 4,

    /// <summary>The members of a room, by handle.</summary>
    RoomHandle = 5,

    /// <summary>One session, by handle.</summary>
    SessionHandle = 6,

    /// <summary>The members of several rooms, by name; text only.</summary>
    Rooms = 7,
}
