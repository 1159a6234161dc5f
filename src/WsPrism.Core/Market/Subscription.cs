using WsPrism.Core.Sessions;

namespace WsPrism.Core.Market;

/// <summary>One session's subscription to one instrument. Owned by the session's shard.</summary>
internal sealed class Subscription(Session session, InstrumentSlice slice)
{
    /// <summary>The <see cref="Index"/> of one that gets no updates yet, or no longer.</summary>
    public const int NotStanding = -1;

    public Session Session => session;

    public InstrumentSlice Slice => slice;

    /// <summary>The place in the slice.</summary>
    public int Index { get; set; } = NotStanding;

    public bool IsStanding => Index != NotStanding;

    /// <summary>The latest request for it: only that one makes it stand.</summary>
    public SubscribeRequest? Request { get; set; }

    /// <summary>True while it gets its values anew.</summary>
    public bool IsRenewed { get; set; }

    /// <summary>The least time between two values of one opcode; 0 is none.</summary>
    public long PaceNs { get; set; }

    /// <summary>True where the session gets envelopes.</summary>
    public bool IsText { get; set; }

    /// <summary>True while it is among those that the session's next envelopes are about.</summary>
    public bool IsNoted { get; set; }

    /// <summary>What the client was last told of its being stale.</summary>
    public bool ToldStale { get; set; }

    /// <summary>The latest update that went into an envelope; null before the first.</summary>
    public uint? ToldSeq { get; set; }

    /// <summary>When the next envelope may have values of it.</summary>
    public long NextTextMs { get; set; }
}
