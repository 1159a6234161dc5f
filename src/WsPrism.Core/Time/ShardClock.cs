namespace WsPrism.Core.Time;

/// <summary>
/// A shard's view of time: read once a pass, so that everything in one pass happens at one moment. Owned by the shard's thread.
/// </summary>
internal sealed class ShardClock
{
    private readonly TimeProvider _time;
    private readonly double _nanosecondsPerTick;
    private readonly long _origin;

    /// <summary>A clock that begins now, or has the beginning of another one, so that times of the two can be compared.</summary>
    public ShardClock(TimeProvider time, ShardClock? other = null)
    {
        _time = time;
        _nanosecondsPerTick = 1e9 / time.TimestampFrequency;
        _origin = other?._origin ?? time.GetTimestamp();
        Read();
    }

    /// <summary>Nanoseconds since the node's first shard was made; never goes back.</summary>
    public long NowNs { get; private set; }

    /// <summary>Milliseconds since the node's first shard was made.</summary>
    public long NowMs => NowNs / 1_000_000;

    /// <summary>Wall-clock time, milliseconds since 1970-01-01 UTC.</summary>
    public long UnixTimeMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Takes a new reading.</summary>
    public void Read() => NowNs = Measure();

    /// <summary>A fresh reading that does not move <see cref="NowNs"/>, for measuring within a pass. May be called from any thread.</summary>
    public long Measure() => (long)((_time.GetTimestamp() - _origin) * _nanosecondsPerTick);
}
