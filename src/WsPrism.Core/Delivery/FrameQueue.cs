namespace WsPrism.Core.Delivery;

/// <summary>
/// A first-in first-out queue of frames in a pooled ring that is given back whenever the queue is empty, so an idle session holds none.
/// Owned by the shard's thread. Mutable struct: keep it in a field, never copy it.
/// </summary>
internal struct FrameQueue
{
    private OutboundFrame[]? _ring;
    private int _head;

    /// <summary>Frames in the queue.</summary>
    public int Count { readonly get; private set; }

    /// <summary>Payload bytes in the queue.</summary>
    public long Bytes { readonly get; private set; }

    /// <summary>The frame at a distance from the front.</summary>
    public readonly OutboundFrame this[int index] => _ring![(_head + index) & (_ring.Length - 1)];

    public void Enqueue(OutboundFrame frame)
    {
        if (_ring is null)
        {
            _ring = RingPool<OutboundFrame>.Rent(RingPool<OutboundFrame>.FirstLength);
        }
        else if (Count == _ring.Length)
        {
            Grow();
        }

        _ring[(_head + Count) & (_ring.Length - 1)] = frame;
        Count++;
        Bytes += frame.Length;
    }

    public OutboundFrame Dequeue()
    {
        var frame = _ring![_head];
        _ring[_head] = null!;
        _head = (_head + 1) & (_ring.Length - 1);
        Count--;
        Bytes -= frame.Length;
        if (Count == 0)
        {
            RingPool<OutboundFrame>.Return(_ring);
            _ring = null;
            _head = 0;
        }

        return frame;
    }

    private void Grow()
    {
        var larger = RingPool<OutboundFrame>.Rent(_ring!.Length * 2);
        for (var i = 0; i < Count; i++)
        {
            larger[i] = this[i];
        }

        Array.Clear(_ring);
        RingPool<OutboundFrame>.Return(_ring);
        _ring = larger;
        _head = 0;
    }
}
