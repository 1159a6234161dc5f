using WsPrism.Core.Configuration;

namespace WsPrism.Core.Delivery;

/// <summary>
/// What the resume buffers of one tenant hold, in bytes of payload: a frame that several sessions keep counts once. Safe for all threads: shards share it, and pay
/// for that once a frame, not once a receiver.
/// </summary>
internal sealed class ResumeMemory
{
    private long _bytes;
    private volatile int _bufferBytes;
    private volatile int _totalBytes;

    public ResumeMemory(ResumeConfig config) => Configure(config);

    /// <summary>Bytes held.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>The most that one session may keep.</summary>
    public int BufferBytes => _bufferBytes;

    /// <summary>A reload may have changed the bounds: they are looked at when a frame comes, and when a session loses its connection.</summary>
    public void Configure(ResumeConfig config)
    {
        _bufferBytes = config.BufferBytes;
        _totalBytes = config.TotalBytes;
    }

    /// <summary>Counts a frame that a session keeps; false where the tenant has no room for it, and then it is not counted.</summary>
    public bool TryHold(OutboundFrame frame)
    {
        if (!frame.AddHolder() || Interlocked.Add(ref _bytes, frame.Length) <= _totalBytes)
        {
            return true;
        }

        Drop(frame);
        return false;
    }

    /// <summary>A session keeps the frame no more; it still has its reference.</summary>
    public void Drop(OutboundFrame frame)
    {
        if (frame.RemoveHolder())
        {
            Interlocked.Add(ref _bytes, -frame.Length);
        }
    }
}
