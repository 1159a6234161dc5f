namespace WsPrism.Core.Shards;

/// <summary>Gives a shard its turns. One pass runs at a time; which thread runs it is the executor's affair.</summary>
internal interface IShardExecutor
{
    /// <summary>Asks for a pass soon. May be called from any thread, costs little when one is coming already.</summary>
    void Wake();

    /// <summary>The pass is about to flush so many sessions, one after the other: what they send may be collected until <see cref="EndFlush"/>.</summary>
    void BeginFlush(int sessions)
    {
    }

    /// <summary>What was collected goes out now.</summary>
    void EndFlush()
    {
    }
}
