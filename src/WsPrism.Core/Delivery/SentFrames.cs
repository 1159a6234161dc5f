namespace WsPrism.Core.Delivery;

/// <summary>
/// The last envelopes that one session was sent, for who resumes it: what the kernel was handed may never have arrived. A part of the stream without gaps that ends
/// with the latest; the oldest go first, where the session's or the tenant's bytes do not suffice. The ledgers are through with these frames. Owned by the shard's
/// thread.
/// </summary>
internal sealed class SentFrames
{
    private readonly ResumeMemory _memory;
    private FrameQueue _frames;

    public SentFrames(ResumeMemory memory) => _memory = memory;

    /// <summary>Envelopes sent on the session so far: the client's position when it has received them all.</summary>
    public long Position { get; private set; }

    /// <summary>The position before the oldest that is kept.</summary>
    public long Start => Position - _frames.Count;

    /// <summary>Envelopes kept.</summary>
    public int Count => _frames.Count;

    /// <summary>The envelope at a distance from the oldest.</summary>
    public OutboundFrame this[int index] => _frames[index];

    /// <summary>Takes over a reference of an envelope that was just sent.</summary>
    public void Add(OutboundFrame frame)
    {
        if (TryHold(frame))
        {
            AddHeld(frame);
        }
        else
        {
            Position++;
            frame.Release();
        }
    }

    /// <summary>The same for one that <see cref="TryHold"/> has counted.</summary>
    public void AddHeld(OutboundFrame frame)
    {
        Position++;
        _frames.Enqueue(frame);
        TryMakeRoom(0);
    }

    /// <summary>Counts an envelope that the session keeps, here or in its queue; older ones here give way for it. False where that is not enough.</summary>
    public bool TryHold(OutboundFrame frame)
    {
        while (!_memory.TryHold(frame))
        {
            if (_frames.Count == 0)
            {
                return false;
            }

            DropOldest();
        }

        return true;
    }

    /// <summary>The session keeps this envelope, which is not here, no more.</summary>
    public void Drop(OutboundFrame frame) => _memory.Drop(frame);

    /// <summary>Drops the oldest until there is room for so many bytes that wait elsewhere; false where there never will be.</summary>
    public bool TryMakeRoom(long waiting)
    {
        var bound = _memory.BufferBytes;
        while (_frames.Count > 0 && _frames.Bytes + waiting > bound)
        {
            DropOldest();
        }

        return waiting <= bound;
    }

    /// <summary>Nobody will come back for them.</summary>
    public void Clear()
    {
        while (_frames.Count > 0)
        {
            DropOldest();
        }
    }

    private void DropOldest()
    {
        var frame = _frames.Dequeue();
        _memory.Drop(frame);
        frame.Release();
    }
}
