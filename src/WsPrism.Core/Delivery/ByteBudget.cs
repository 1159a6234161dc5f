using WsPrism.Core.Time;

namespace WsPrism.Core.Delivery;

/// <summary>
/// The bytes that one session may get now under <c>limits.outbound.max_bytes_per_s</c>: a token bucket kept as the moment at which it is full again, so that
/// no timer fills it. What cannot wait (all but lossy Hot frames) is counted when it goes and may leave a debt. Bytes are those of payloads, before
/// compression and framing. Owned by the shard's thread.
/// </summary>
internal sealed class ByteBudget
{
    private readonly ShardClock _clock;
    private long _fullAtNs;
    private long _burstNs;
    private int _rate;

    public ByteBudget(ShardClock clock) => _clock = clock;

    /// <summary>The limits in force.</summary>
    public void Set(OutboxLimits limits)
    {
        var changes = _rate != limits.MaxBytesPerS;
        _rate = limits.MaxBytesPerS;
        _burstNs = _rate == 0 ? 0 : CostNs(limits.BurstBytes);
        if (changes)
        {
            // Debts under the rate before a reload end where they would under this one.
            _fullAtNs = Math.Min(_fullAtNs, _clock.NowNs + (2 * _burstNs));
        }
    }

    /// <summary>Counts a frame that is handed to the wire, but for lossy ones: they have paid with <see cref="TrySpend"/>.</summary>
    public void Count(OutboundFrame frame)
    {
        if (_rate > 0 && frame.Class != DeliveryClass.HotLossy)
        {
            // The debt for it ends at one burst: however much goes that cannot wait, lossy frames get their turn again.
            var bound = Math.Max(_fullAtNs, _clock.NowNs + (2 * _burstNs));
            Spend(frame.Length);
            _fullAtNs = Math.Min(_fullAtNs, bound);
        }
    }

    /// <summary>Takes so many bytes where they are there; from a full bucket any number, because what is longer than the burst would never go.</summary>
    public bool TrySpend(int bytes)
    {
        if (_rate > 0)
        {
            if (FitsAtNs(bytes) > _clock.NowNs)
            {
                return false;
            }

            Spend(bytes);
        }

        return true;
    }

    /// <summary>When <see cref="TrySpend"/> of so many bytes will say yes, if nothing else is sent before.</summary>
    public long FitsAtNs(int bytes) => _rate == 0 ? 0 : _fullAtNs - Math.Max(0, _burstNs - CostNs(bytes));

    private void Spend(int bytes) => _fullAtNs = Math.Max(_fullAtNs, _clock.NowNs) + CostNs(bytes);

    // Rounded up, so that the rate is never exceeded.
    private long CostNs(int bytes) => ((bytes * 1_000_000_000L) + _rate - 1) / _rate;
}
