using WsPrism.Core.Rooms;
using WsPrism.Core.Sessions;

namespace WsPrism.Core.Tenants;

/// <summary>Hears what happens in a tenant, from several shards at once and in part under the registry's lock: it takes note and returns.</summary>
internal interface ITenantEvents
{
    /// <summary>A session that was let in has ended.</summary>
    void Disconnected(Session session, EndReason reason, ushort code);

    /// <summary>A session is in a room.</summary>
    void RoomJoined(Session session, Room room);

    /// <summary>A session is about to be out of a room.</summary>
    void RoomLeft(Session session, Room room);

    /// <summary>A room is there, for its first member.</summary>
    void RoomOccupied(Room room);

    /// <summary>A room is gone with its last member.</summary>
    void RoomVacated(Room room);
}
