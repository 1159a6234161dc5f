using WsPrism.Core.Shards;

namespace WsPrism.Testing;

/// <summary>
/// Only notes that a shard wants a turn; the test gives it. The flushes of a pass are collected and written at its end, as an event loop does with io_uring.
/// </summary>
internal sealed class ManualExecutor : IShardExecutor
{
    private readonly List<MemoryConnection> _collected = [];
    private int _isAwake;

    /// <summary>True while flushes are collected.</summary>
    public bool IsCollecting { get; private set; }

    public void Wake() => Volatile.Write(ref _isAwake, 1);

    public void BeginFlush(int sessions) => IsCollecting = true;

    public void EndFlush()
    {
        IsCollecting = false;
        foreach (var connection in _collected)
        {
            connection.Commit();
        }

        _collected.Clear();
    }

    public void Collect(MemoryConnection connection) => _collected.Add(connection);

    /// <summary>True once for any number of wake-ups.</summary>
    public bool TakeWakeUp() => Interlocked.Exchange(ref _isAwake, 0) == 1;
}
