using WsPrism.Core.Sessions;
using WsPrism.Core.Tenants;

namespace WsPrism.Core.Parties;

/// <summary>
/// Keeps the room of a party in step with its members: all their sessions are in it and nobody else's. Each is taken in and out on its own shard, in the order in
/// which things were decided, because all of it is left in that shard's mailbox under the lock of the book.
/// </summary>
internal static class PartyRoom
{
    /// <summary>Takes all sessions of a user in.</summary>
    public static void Enter(Tenant tenant, Party party, string user)
    {
        foreach (var session in tenant.Registry.SessionsOf(user))
        {
            Enter(party, session);
        }
    }

    /// <summary>Takes one session in.</summary>
    public static void Enter(Party party, Session session) => Post(session, one =>
    {
        if (one.Rooms.Find(party.RoomUtf8) is null)
        {
            one.Join(party.RoomUtf8, activate: false, byBackend: true);
        }
    });

    /// <summary>Takes all sessions of a user out.</summary>
    public static void Leave(Tenant tenant, Party party, string user)
    {
        foreach (var session in tenant.Registry.SessionsOf(user))
        {
            Post(session, one =>
            {
                if (one.Rooms.Find(party.RoomUtf8) is { } membership)
                {
                    one.Leave(membership);
                }
            });
        }
    }

    private static void Post(Session session, Action<Session> act) => session.Shard.Post(() =>
    {
        if (!session.HasEnded)
        {
            session.Shard.Guard(session, act);
        }
    });
}
