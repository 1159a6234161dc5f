using WsPrism.Client.Rooms;

namespace WsPrism.Client;

/// <summary>The client has come back after a lost connection: either to its session, and nothing was missed, or to a new one.</summary>
public sealed class SessionRestored
{
    internal SessionRestored(bool isResumed, int replayed, int resent, string? failure, IReadOnlyList<RoomRecovery> rooms)
    {
        IsResumed = isResumed;
        Replayed = replayed;
        Resent = resent;
        Failure = failure;
        Rooms = rooms;
    }

    /// <summary>Whether it is the same session. All envelopes come, once and in order; rooms are as they were.</summary>
    public bool IsResumed { get; }

    /// <summary>How many envelopes were missed and follow now, where it is the same session.</summary>
    public int Replayed { get; }

    /// <summary>How many requests were sent again because nobody knows whether they had arrived, where it is the same session. They happen once.</summary>
    public int Resent { get; }

    /// <summary>
    /// Why it is a new session: <c>expired</c>, <c>overrun</c>, <c>unknown</c>, <c>user</c> or <c>position</c> as the gateway says, <c>unavailable</c> where it keeps no sessions,
    /// <c>protocol</c> where its answer made no sense; null where the session was resumed. Requests on their way have failed with <see cref="ClientErrorCodes.SessionLost"/>, or were sent again.
    /// </summary>
    public string? Failure { get; }

    /// <summary>The rooms that the client has joined again in a new session. Where one is not recovered, load its state anew.</summary>
    public IReadOnlyList<RoomRecovery> Rooms { get; }
}
