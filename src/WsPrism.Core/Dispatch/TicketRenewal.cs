using WsPrism.Core.Sessions;
using WsPrism.Core.Tickets;
using WsPrism.Protocol;
using WsPrism.Services;

namespace WsPrism.Core.Dispatch;

/// <summary>
/// A <c>sys.refresh</c>: at once where the ticket can be judged here, otherwise out of the line, in the tenant's waiting room, while somebody outside is asked.
/// The session is changed on its shard's thread alone.
/// </summary>
internal static class TicketRenewal
{
    /// <summary>Acts on a verdict; the message is accepted or refused.</summary>
    public static void Conclude(Session session, TicketVerdict verdict, IExtContext context)
    {
        if (verdict.Failure == TicketFailure.Unavailable)
        {
            context.Fail(ErrorCode.ServiceUnavailable, "Nobody can say now whether the ticket is valid.");
        }
        else if (!session.TryRefresh(verdict))
        {
            (session.RefusedRefreshes ??= new RefusedRefreshes()).Count(session.Shard.Clock.NowNs);
            context.Fail(ErrorCode.AuthFailed, "The ticket is not valid for this user.");
        }
    }

    /// <summary>Asks, and concludes when there is a verdict.</summary>
    public static void Begin(Session session, string ticket, IExtContext context)
    {
        if (!session.Tenant.Waiting.TryEnter())
        {
            context.Fail(ErrorCode.ResourceExhausted, "Too many tickets wait for an answer.");
        }
        else if (context.Defer() is { } message)
        {
            _ = AskAsync(session, ticket, message);
        }
        else
        {
            session.Tenant.Waiting.Leave();
        }
    }

    // Off the shard from the first step on: who is asked may have work to do before it waits.
    private static async Task AskAsync(Session session, string ticket, IDeferredMessage message)
    {
        await Task.Yield();
        TicketVerdict verdict = TicketFailure.Unavailable;
        try
        {
            var bearer = new TicketBearer(session.Connection.RemoteAddress, string.Empty, session.Connection.TransportName);
            verdict = await session.Tenant.Tickets.InspectAsync(ticket, bearer, CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            session.Tenant.Waiting.Leave();
            message.Resume(context => Conclude(session, verdict, context));
        }
    }
}
