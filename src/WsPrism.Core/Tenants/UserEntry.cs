using WsPrism.Core.Rooms;
using WsPrism.Core.Sessions;

namespace WsPrism.Core.Tenants;

/// <summary>A user with at least one session. All of it is guarded by the lock of the tenant's registry.</summary>
internal sealed class UserEntry
{
    public UserEntry(Identity identity) => Identity = identity;

    public Identity Identity { get; }

    /// <summary>The user's sessions, oldest first.</summary>
    public List<Session> Sessions { get; } = new(1);

    /// <summary>Rooms that any of the user's sessions is in, with how many of them are.</summary>
    public Dictionary<Room, int> Rooms { get; } = [];
}
