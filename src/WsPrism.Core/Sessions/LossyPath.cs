using WsPrism.Core.Delivery;
using WsPrism.Core.Rooms;

namespace WsPrism.Core.Sessions;

/// <summary>
/// The way of lossy Hot frames into one session where a rule says more than "at once"; the short way is <see cref="Session.Enqueue"/>. No state of its own: called
/// on the session's shard.
/// </summary>
internal static class LossyPath
{
    /// <summary>Offers a lossy frame that a rule may hold back: its room's, its tenant's or the session's own wish. A pace of 0 is none.</summary>
    public static void EnqueueShaped(this Session session, OutboundFrame frame, long paceNs)
    {
        if (session.Outbox.IsClosing)
        {
            frame.Release();
            return;
        }

        session.Outbox.AcceptStates(frame.States);
        session.EnqueueAccepted(frame, paceNs);
    }

    /// <summary>The same for a frame whose messages the ledgers have accepted: a batch of a room's tick.</summary>
    public static void EnqueueAccepted(this Session session, OutboundFrame frame, long paceNs)
    {
        var limits = session.Tenant.Snapshot.Outbox;
        if (session.Outbox.IsClosing)
        {
            session.Outbox.Admit(frame, limits);
        }
        else if (session.Pacer is null && paceNs == 0 && frame.ExpiresAtNs == OutboundFrame.Never && limits.MaxBytesPerS == 0)
        {
            session.Forward(frame);
        }
        else
        {
            session.EnsurePacer().Offer(frame, paceNs);
        }
    }

    /// <summary>Puts a lossy frame that the ledgers have accepted into the outbox.</summary>
    public static void Forward(this Session session, OutboundFrame frame)
    {
        var limits = session.Tenant.Snapshot.Outbox;
        if (!session.Outbox.CanAppend(frame, limits))
        {
            session.MakeRoom(DeliveryClass.HotLossy);
        }

        session.Outbox.Admit(frame, limits);
        if (session.Pacer is not { IsReleasing: true })
        {
            session.Shard.Touch(session);
        }
    }

    /// <summary>Ends states of a key that wait, because a newer one goes another way and would not meet them.</summary>
    public static void Supersede(this Session session, in ConflationKey key)
    {
        session.Pacer?.Drop(StateFilter.OfKey(key), Fate.Conflated);
        session.Outbox.Drop(StateFilter.OfKey(key), Fate.Conflated);
    }

    /// <summary>Nothing of a room with rules comes after the session has left it; in the queue itself only batches are the room's own.</summary>
    public static void DropStatesOf(this Session session, Room room)
    {
        session.Pacer?.LeaveRoom(room.Handle);
        if (room.Slices[session.Shard.Index].Tick is not null)
        {
            session.Outbox.Drop(StateFilter.TickStatesOfRoom(room.Handle), Fate.SessionClosed);
        }
    }

    /// <summary>The session's own ledger with what its rooms' ticks have counted since they were last looked at.</summary>
    public static Ledger SettledLedger(this Session session)
    {
        foreach (var membership in session.Rooms)
        {
            membership.Slice.Tick?.Settle(membership);
        }

        return session.Ledger;
    }
}
