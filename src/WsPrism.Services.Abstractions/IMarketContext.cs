namespace WsPrism.Services;

/// <summary>What the gateway's own <c>market</c> service may do beyond what any Ext service may.</summary>
internal interface IMarketContext : IExtContext
{
    /// <summary>How many instruments a session may be subscribed to.</summary>
    int MaxMarketKeys { get; }

    /// <summary>
    /// Subscribes the sender to instruments, each named once; false where they are too many. The message is deferred and answered by the market itself. It is the
    /// last thing that a service does with a message.
    /// </summary>
    /// <param name="keys">The instruments.</param>
    /// <param name="maxHz">How often a second the sender wants one value at most; 0 is each.</param>
    /// <param name="asText">True for values in envelopes rather than Hot frames.</param>
    bool TrySubscribe(ReadOnlySpan<uint> keys, double maxHz, bool asText);

    /// <summary>Ends subscriptions of the sender; answers how many are left.</summary>
    int Unsubscribe(ReadOnlySpan<uint> keys);
}
