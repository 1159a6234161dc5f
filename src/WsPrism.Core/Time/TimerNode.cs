namespace WsPrism.Core.Time;

/// <summary>
/// A place in a <see cref="TimingWheel"/>, embedded in what it wakes: arming allocates nothing. Owned by the shard's thread.
/// </summary>
internal abstract class TimerNode
{
    /// <summary>The wheel's own: neighbours in the slot's chain, the slot (-1: not armed) and the time.</summary>
    public TimerNode? Next { get; set; }

    /// <inheritdoc cref="Next"/>
    public TimerNode? Previous { get; set; }

    /// <inheritdoc cref="Next"/>
    public int Slot { get; set; } = -1;

    /// <inheritdoc cref="Next"/>
    public long DueMs { get; set; }

    /// <summary>Called once when the time has come; the node is disarmed and may be armed again.</summary>
    protected internal abstract void OnDue(long nowMs);
}
