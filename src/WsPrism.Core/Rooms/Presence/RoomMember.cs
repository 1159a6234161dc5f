using WsPrism.Core.Tenants;

namespace WsPrism.Core.Rooms.Presence;

/// <summary>
/// One user's place in one room. Guarded by the lock of the tenant's registry; the arrays are never changed, only replaced, so whoever was given one may read it
/// anywhere.
/// </summary>
internal sealed class RoomMember(UserEntry user, long order)
{
    /// <summary>The longest <see cref="State"/>.</summary>
    public const int MaxStateBytes = 1_024;

    public UserEntry User => user;

    /// <summary>Its number in the order in which users came into the room.</summary>
    public long Order => order;

    /// <summary>The user's sessions in the room.</summary>
    public uint[] Handles { get; private set; } = [];

    /// <summary>What the member shows the others (<c>room.state</c>): one JSON value, null for none.</summary>
    public byte[]? State { get; set; }

    public void Add(uint handle) => Handles = [.. Handles, handle];

    public void Remove(uint handle) => Handles = Array.FindAll(Handles, other => other != handle);
}
