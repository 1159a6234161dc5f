using WsPrism.Core.Shards;

namespace WsPrism.Bench.Bed;

/// <summary>Gives no turns: the bench calls <see cref="Shard.RunPass"/> itself, on its own thread.</summary>
internal sealed class IdleExecutor : IShardExecutor
{
    public void Wake()
    {
    }
}
