using WsPrism.Core.Shards;

namespace WsPrism.Testing;

/// <summary>Only notes that a shard wants a turn; the test gives it.</summary>
internal sealed class ManualExecutor : IShardExecutor
{
    private int _isAwake;

    public void Wake() => Volatile.Write(ref _isAwake, 1);

    /// <summary>True once for any number of wake-ups.</summary>
    public bool TakeWakeUp() => Interlocked.Exchange(ref _isAwake, 0) == 1;
}
