using WsPrism.Core.Sessions;
using WsPrism.Core.Tenants;
using WsPrism.Protocol;

namespace WsPrism.Core.ServerApi;

/// <summary>What the backend does to sessions: into a room, out of it, away. Each deed is done on the session's shard. Safe for all threads.</summary>
internal static class SessionControl
{
    /// <summary>Ends sessions with 4408 after <c>sys.kicked</c>; answers how many there were to end.</summary>
    public static Task<int> KickAsync(IEnumerable<Session> sessions, string reason) => SessionWork.RunAsync(sessions, session =>
    {
        session.Kick(reason);
        return true;
    });

    /// <summary>
    /// Takes a user's sessions into a room; answers how many are in it then, and why one was not let in. A session that is in already is not told again. The
    /// room becomes the active one of sessions that have none: what the client chose is the client's.
    /// </summary>
    public static async Task<(int Sessions, ErrorCode Refusal)> JoinAsync(Tenant tenant, string user, byte[] room)
    {
        var refusal = (int)ErrorCode.None;
        var count = await SessionWork.RunAsync(tenant.Registry.SessionsOf(user), session =>
        {
            var code = session.Rooms.Find(room) is null ? session.Join(room, activate: session.ActiveRoom is null, byBackend: true) : ErrorCode.None;
            Interlocked.CompareExchange(ref refusal, (int)code, (int)ErrorCode.None);
            return code == ErrorCode.None;
        }).ConfigureAwait(false);
        return (count, (ErrorCode)refusal);
    }

    /// <summary>Takes a user's sessions out of a room; answers how many were in it.</summary>
    public static Task<int> LeaveAsync(Tenant tenant, string user, byte[] room) => SessionWork.RunAsync(tenant.Registry.SessionsOf(user), session =>
    {
        if (session.Rooms.Find(room) is not { } membership)
        {
            return false;
        }

        session.Leave(membership);
        return true;
    });
}
