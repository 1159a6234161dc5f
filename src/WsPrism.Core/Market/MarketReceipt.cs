namespace WsPrism.Core.Market;

/// <summary>Adds up how many subscribers an update of the backend went to; the owner's own word is one of those awaited. Safe for all threads.</summary>
internal sealed class MarketReceipt
{
    // Continuations are the caller's: they must not run on a shard.
    private readonly TaskCompletionSource<int> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _outstanding = 1;
    private int _sum;

    public Task<int> Total => _done.Task;

    /// <summary>One more shard will report; before the owner does.</summary>
    public void Expect() => Interlocked.Increment(ref _outstanding);

    public void Report(int count)
    {
        Interlocked.Add(ref _sum, count);
        if (Interlocked.Decrement(ref _outstanding) == 0)
        {
            _done.SetResult(_sum);
        }
    }

    /// <summary>There was no place for the update.</summary>
    public void Refuse() => _done.SetResult(TenantMarket.NoPlace);
}
