namespace WsPrism.Core.Delivery;

/// <summary>What became of a frame that was offered to an <see cref="Outbox"/>.</summary>
internal enum EnqueueResult : byte
{
    /// <summary>It waits for its turn; an older one may have given way, which the ledger has counted.</summary>
    Queued,

    /// <summary>There was no room and the rule is to disconnect: the session is to be closed as a slow consumer.</summary>
    Full,

    /// <summary>The outbox takes nothing any more.</summary>
    Closed,
}
