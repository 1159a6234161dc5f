namespace WsPrism.Core.ServerApi;

/// <summary>Adds up what several shards report, each once, and completes with the last of them. Safe for all threads.</summary>
internal sealed class ShardTally
{
    // Continuations are the caller's: they must not run on a shard.
    private readonly TaskCompletionSource<int> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action? _after;
    private int _outstanding;
    private int _sum;

    /// <summary>Expects so many reports, at least one; <paramref name="after"/> runs with the last of them.</summary>
    public ShardTally(int reports, Action? after = null)
    {
        _outstanding = reports;
        _after = after;
    }

    public Task<int> Total => _done.Task;

    public void Report(int count)
    {
        Interlocked.Add(ref _sum, count);
        if (Interlocked.Decrement(ref _outstanding) == 0)
        {
            _after?.Invoke();
            _done.SetResult(_sum);
        }
    }
}
