namespace WsPrism.Core.Shards;

/// <summary>
/// Runs a shard as a strand on the thread pool: one pass at a time, on whichever thread is free. A timer gives it a turn now and then, for the wheel, and
/// earlier where a tick or a paced state is due earlier.
/// The portable path; no thread is held while there is nothing to do.
/// </summary>
internal sealed class StrandExecutor : IShardExecutor, IThreadPoolWorkItem, IDisposable
{
    private const int HeartbeatMs = 50;

    private static readonly TimeSpan Heartbeat = TimeSpan.FromMilliseconds(HeartbeatMs);

    private readonly Shard _shard;
    private readonly ITimer _timer;

    // 1 while a pass is queued or running.
    private int _scheduled;

    public StrandExecutor(Shard shard, TimeProvider time)
    {
        _shard = shard;
        _timer = time.CreateTimer(static state => ((StrandExecutor)state!).Wake(), this, Heartbeat, Heartbeat);
    }

    public void Wake()
    {
        if (Interlocked.Exchange(ref _scheduled, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        _shard.RunPass();
        if (_shard.Ticks.Count > 0)
        {
            _timer.Change(TimeSpan.FromMilliseconds(_shard.Ticks.MsToNextTick(_shard.Clock.NowMs, HeartbeatMs)), Heartbeat);
        }

        // The exchange orders this after the pass: what was posted before it is seen below, what is posted after it wakes the strand itself.
        Interlocked.Exchange(ref _scheduled, 0);
        if (_shard.HasWork)
        {
            Wake();
        }
    }

    public void Dispose() => _timer.Dispose();
}
