namespace WsPrism.Core.Shards;

/// <summary>Something to be done on a shard's thread.</summary>
internal interface IShardWork
{
    void Run(Shard shard);
}
