using WsPrism.Core.Delivery;
using WsPrism.Core.Sessions;
using WsPrism.Services;

namespace WsPrism.Core.Rooms.History;

/// <summary>How a member is given what it has missed. On the shard of its session.</summary>
internal static class MemberReplay
{
    /// <summary>Makes the session a member of its slice; in a room with a history between two messages of it.</summary>
    public static RoomReplay Enter(this Membership membership, HistoryPosition? since)
    {
        if (membership.Room.History is not { } history)
        {
            membership.Slice.Add(membership);
            return new RoomReplay { IsComplete = since is null ? null : false };
        }

        return history.Enter(membership, since, membership.Session.Tenant.Snapshot.Outbox.ExtMessages);
    }

    /// <summary>The replay as far as it has a place in the session's queue: whole, or not at all. Counts what became of it.</summary>
    public static RoomReplay Fit(this Session session, in RoomReplay replay)
    {
        if (replay.IsComplete is not { } isComplete)
        {
            return replay;
        }

        var rest = session.WithoutWaiting(replay);
        var outcome = replay.IsTooMuch ? ReplayOutcome.TooMuch : !isComplete ? ReplayOutcome.NotKept : session.HasPlaceFor(rest) ? ReplayOutcome.Recovered : ReplayOutcome.TooMuch;
        session.Tenant.History.Count(outcome);
        return outcome == ReplayOutcome.TooMuch ? rest.Without() : rest;
    }

    /// <summary>Where one that is a member already stands. What it has missed it cannot have missed as a member, so nothing is said again.</summary>
    public static RoomReplay Stand(this Membership membership, HistoryPosition? since) =>
        membership.Room.History?.Stand(since) ?? new RoomReplay { IsComplete = since is null ? null : false };

    /// <summary>Puts a replay into the session's queue, in which it has a place; takes it over.</summary>
    public static void Send(this Session session, in RoomReplay replay)
    {
        foreach (var message in replay.Messages ?? [])
        {
            session.Enqueue(message);
        }
    }

    // What was published when the session was a member before, and still waits for it, is on its way already.
    private static RoomReplay WithoutWaiting(this Session session, in RoomReplay replay)
    {
        if (replay.Messages is not { Length: > 0 } messages || !session.Outbox.HasExt)
        {
            return replay;
        }

        var last = messages.Length - 1;
        while (last >= 0 && !session.Outbox.HoldsExt(messages[last]))
        {
            last--;
        }

        for (var i = 0; i <= last; i++)
        {
            messages[i].Release();
        }

        return replay with { Messages = messages[(last + 1)..] };
    }

    // The bounds of the queue are those of any message: a replay is no reason to close a session, and none to take more memory than it may.
    private static bool HasPlaceFor(this Session session, in RoomReplay replay)
    {
        var bytes = 0L;
        foreach (var message in replay.Messages ?? [])
        {
            bytes += message.Length;
        }

        var (count, limits) = (replay.Messages?.Length ?? 0, session.Tenant.Snapshot.Outbox);
        if (!session.Outbox.HasPlaceForExt(count, bytes, limits))
        {
            session.MakeRoom(DeliveryClass.Ext);
        }

        return session.Outbox.HasPlaceForExt(count, bytes, limits);
    }
}
