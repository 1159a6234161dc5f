namespace WsPrism.Core.Parties;

/// <summary>The last time the leader asked whether all are ready. Guarded by the lock of the party's book.</summary>
internal sealed class ReadyCheck
{
    public ReadyState State { get; set; } = ReadyState.Running;

    /// <summary>When it is too late, on the shards' clock.</summary>
    public required long EndsMs { get; init; }

    /// <summary>The same by the clock on the wall, for clients.</summary>
    public required long EndsAtUnixMs { get; init; }
}

/// <summary>How a ready check stands.</summary>
internal enum ReadyState : byte
{
    /// <summary>Somebody has not answered, and there is time.</summary>
    Running,

    /// <summary>All are ready.</summary>
    Passed,

    /// <summary>Somebody is not.</summary>
    Declined,

    /// <summary>Somebody did not answer in time.</summary>
    TimedOut,

    /// <summary>Somebody came or went meanwhile.</summary>
    Cancelled,
}
