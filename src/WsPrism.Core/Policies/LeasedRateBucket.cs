namespace WsPrism.Core.Policies;

/// <summary>A shard's portion of a <see cref="SharedRateBucket"/>. Owned by the shard's thread.</summary>
internal sealed class LeasedRateBucket
{
    private readonly SharedRateBucket _shared;
    private int _tokens;

    public LeasedRateBucket(SharedRateBucket shared) => _shared = shared;

    public bool TryTake(in RateLimit limit, out long retryAfterNs)
    {
        retryAfterNs = 0;
        if (_tokens == 0)
        {
            _tokens = _shared.Lease(limit, SharedRateBucket.Portion(limit), out retryAfterNs);
            if (_tokens == 0)
            {
                return false;
            }
        }

        _tokens--;
        return true;
    }
}
