using WsPrism.Core.Rooms;
using WsPrism.Core.Sessions;

namespace WsPrism.Core.Tenants;

/// <summary>
/// Hears who joins and leaves a tenant's rooms. Called under the lock of the tenant's registry, from any thread: it keeps what it hears for later and returns. The
/// names, ids and handles of session and room may be read at any time.
/// </summary>
internal interface IMembershipWatcher
{
    void OnJoined(Room room, Session session);

    void OnLeft(Room room, Session session);
}
