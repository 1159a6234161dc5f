using WsPrism.Client.Ext;
using WsPrism.Client.Rooms;

namespace WsPrism.Client.Presence;

/// <summary>What a room with presence tells its members. Immutable.</summary>
public sealed class PresenceChange
{
    internal PresenceChange(Message message)
    {
        Kind = message.Type;
        Room = message.Room ?? string.Empty;
        Count = (int)message.Data.NumberOf("count", int.MaxValue);
        Users = [.. message.Data.ListOf("users").Select(entry => new Member(entry))];
    }

    /// <summary><c>join</c>, <c>update</c> or <c>leave</c>. A map of users that puts the first two in and takes the last out is right.</summary>
    public string Kind { get; }

    /// <summary>The room.</summary>
    public string Room { get; }

    /// <summary>Users in the room after it.</summary>
    public int Count { get; }

    /// <summary>Those that it is about; after <c>leave</c> by name alone.</summary>
    public IReadOnlyList<Member> Users { get; }
}
