using WsPrism.Core.Transport;

namespace WsPrism.Core.Sessions.Resume;

/// <summary>How a client gets a session back. No state of its own: called on the session's shard.</summary>
internal static class ResumePath
{
    /// <summary>
    /// Gives the session to a client that wants it back, whose ticket speaks for its user: from here on <paramref name="connect"/>'s connection is its wire. Where the
    /// client cannot have it says why; a session that its client has lost touch with for good ends then.
    /// </summary>
    public static ResumeFailure TryResume(this Session session, ResumeClaim claim, Identity identity, Func<Session, ITransportConnection> connect)
    {
        if (session.HasEnded || session.Resume is not { } resumption || !resumption.Knows(claim.Token))
        {
            return session.Tenant.Resumes.WhyGone(claim.Token);
        }

        if (session.HasWire)
        {
            // Half-open, as far as the client can tell.
            var former = session.Connection;
            session.LoseConnection(EndReason.ConnectionLost);
            former.Abort();
        }

        if (session.HasEnded)
        {
            return session.Tenant.Resumes.WhyGone(claim.Token);
        }

        if (resumption.Judge(claim.Position) is var failure and not ResumeFailure.None)
        {
            session.End(failure switch
            {
                ResumeFailure.Expired => EndReason.ResumeExpired,
                ResumeFailure.Overrun => EndReason.ResumeOverrun,
                _ => EndReason.Replaced,
            });
            return failure;
        }

        session.TakeWire(connect(session));
        resumption.Attach(claim);
        session.TenantShard.Counters.CountResume(ResumeFailure.None);
        session.Adopt(identity, tellsBudget: true);

        // The wire may break under it, and the session leave its rooms.
        for (var i = 0; i < session.Rooms.Count && session.HasWire; i++)
        {
            session.Rooms[i].Slice.Latest?.SendTo(session.Rooms[i]);
        }

        if (session.HasWire)
        {
            session.Watch.Start();
            session.Shard.Touch(session);
        }

        if (session.Tenant.Revocations.Covers(identity))
        {
            session.End(EndReason.TicketRevoked);
        }

        return ResumeFailure.None;
    }
}
