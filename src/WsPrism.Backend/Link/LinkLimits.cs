namespace WsPrism.Backend.Link;

/// <summary>What a worker, or the clients of its services, can make grow. All of it is for one worker unless said otherwise.</summary>
internal static class LinkLimits
{
    /// <summary>Workers of a tenant at once: each is asked for its weight with every message.</summary>
    public const int MaxWorkers = 64;

    /// <summary>Requests that wait for credit or for the wire; what comes beyond is answered SERVICE_UNAVAILABLE.</summary>
    public const int MaxWaiting = 1_024;

    /// <summary>Their bytes; one request may always wait, however long it is.</summary>
    public const int MaxWaitingBytes = 4 * 1_024 * 1_024;

    /// <summary>Requests that are written and not answered, those that timed out too. The credit of requests never exceeds it.</summary>
    public const int MaxUnanswered = 65_536;

    /// <summary>The most Hot frames that a worker may have credit for at once.</summary>
    public const int MaxFrameCredit = 1_048_576;

    /// <summary>Reliable Hot frames that wait; the sender of one more is refused.</summary>
    public const int MaxReliable = 4_096;

    /// <summary>States (lossy Hot frames) that wait, each of another key; beyond, the oldest is dropped.</summary>
    public const int MaxStates = 16_384;

    /// <summary>Lossy frames on the way from the shards to the worker's queue; beyond, they are dropped.</summary>
    public const int MaxArriving = 16_384;

    /// <summary>Notices, receipts and errors that wait, beside those that say who was there when it came. A worker that lets more pile up is closed.</summary>
    public const int MaxNotices = 65_536;

    /// <summary>What the worker has said and nobody has looked at yet; beyond, no more is read from it.</summary>
    public const int MaxUnread = 4_096;

    /// <summary>The same in bytes of answers.</summary>
    public const int MaxUnreadBytes = 4 * 1_024 * 1_024;

    /// <summary>Mistakes within <see cref="MistakeWindowMs"/> that close it.</summary>
    public const int MaxMistakes = 32;

    public const int MistakeWindowMs = 10_000;

    /// <summary>The shortest that the longest message is; more where <c>max_frame_bytes</c> is.</summary>
    public const int MinMaxMessageBytes = 262_144;

    /// <summary>What a message may have around what clients get of it.</summary>
    public const int MaxAround = 65_536;

    /// <summary>So much is handed to the wire at once: small enough that a slow network makes progress within the send time-out.</summary>
    public const int WriteBytes = 32_768;
}
