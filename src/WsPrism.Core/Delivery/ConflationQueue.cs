namespace WsPrism.Core.Delivery;

/// <summary>
/// The lossy class: at most one pending frame per key, a newer one takes the older one's place. A ring of frames in the order in which their keys
/// first had something pending, with an open-addressed index from key to position in it. Both arrays come from pools and go back when the queue is
/// empty; a single frame, which is all that most passes need, waits in a field without them. Owned by the shard's thread. Mutable struct: never copy it.
/// </summary>
internal struct ConflationQueue
{
    // The only frame while there is no ring.
    private OutboundFrame? _only;
    private OutboundFrame[]? _ring;

    // Position + 1 of a key's frame, 0 for a free place; twice as long as the ring, linear probing.
    private int[]? _index;
    private int _head;

    /// <summary>Frames in the queue, each of another key.</summary>
    public int Count { get; private set; }

    /// <summary>The frame at a distance from the front.</summary>
    public readonly OutboundFrame this[int offset] => _ring is null ? _only! : _ring[(_head + offset) & (_ring.Length - 1)];

    /// <summary>True where a frame of this key waits.</summary>
    public readonly bool Contains(in ConflationKey key) => Count > 0 && (_ring is null ? _only!.Key == key : _index![Find(key)] != 0);

    /// <summary>The frame of this key that waits, null where none does.</summary>
    public readonly OutboundFrame? FrameOf(in ConflationKey key) =>
        Count == 0 ? null
        : _ring is null ? (_only!.Key == key ? _only : null)
        : _index![Find(key)] is var position && position != 0 ? _ring[position - 1] : null;

    /// <summary>Puts a frame into its key's place and returns the older one, or appends it and returns null.</summary>
    public OutboundFrame? Put(OutboundFrame frame)
    {
        if (_ring is null)
        {
            if (Count == 0 || _only!.Key == frame.Key)
            {
                var previous = _only;
                _only = frame;
                Count = 1;
                return previous;
            }

            Spread();
        }
        else if (Count == _ring.Length)
        {
            Grow();
        }

        var place = Find(frame.Key);
        if (_index![place] != 0)
        {
            ref var slot = ref _ring![(_index[place] - 1) & (_ring.Length - 1)];
            var older = slot;
            slot = frame;
            return older;
        }

        var position = (_head + Count) & (_ring!.Length - 1);
        _ring[position] = frame;
        _index[place] = position + 1;
        Count++;
        return null;
    }

    /// <summary>Takes the frame whose key has waited longest.</summary>
    public OutboundFrame Dequeue()
    {
        var frame = this[0];
        if (_ring is null)
        {
            _only = null;
            Count = 0;
            return frame;
        }

        RemoveFromIndex(Find(frame.Key));
        _ring[_head] = null!;
        _head = (_head + 1) & (_ring.Length - 1);
        Count--;
        if (Count == 0)
        {
            Free();
        }

        return frame;
    }

    private static int Hash(in ConflationKey key)
    {
        var h = ((ulong)key.Room << 32) | key.Discriminator;
        h = (h ^ ((ulong)key.Route << 8) ^ key.Namespace) * 0x9E37_79B9_7F4A_7C15UL;
        return (int)(h >> 33);
    }

    // The key's place in the index, or the free place where it would go.
    private readonly int Find(in ConflationKey key)
    {
        var mask = (_ring!.Length * 2) - 1;
        var place = Hash(key) & mask;
        while (_index![place] != 0 && _ring[_index[place] - 1].Key != key)
        {
            place = (place + 1) & mask;
        }

        return place;
    }

    // Deletion from a linear-probing table without tombstones: what was pushed past the hole moves back into it (Knuth 6.4, algorithm R).
    private readonly void RemoveFromIndex(int hole)
    {
        var mask = (_ring!.Length * 2) - 1;
        var place = hole;
        while (true)
        {
            _index![hole] = 0;
            int home;
            do
            {
                place = (place + 1) & mask;
                if (_index[place] == 0)
                {
                    return;
                }

                home = Hash(_ring[_index[place] - 1].Key) & mask;
            }
            while (((place - home) & mask) < ((place - hole) & mask));

            _index[hole] = _index[place];
            hole = place;
        }
    }

    // From the field into a ring.
    private void Spread()
    {
        var only = _only!;
        _only = null;
        Allocate(RingPool<OutboundFrame>.MinLength);
        Count = 0;
        Put(only);
    }

    private void Allocate(int capacity)
    {
        _ring = RingPool<OutboundFrame>.Rent(capacity);
        _index = RingPool<int>.Rent(_ring.Length * 2);
        Array.Clear(_index);
        _head = 0;
    }

    private void Grow()
    {
        var ring = _ring!;
        var index = _index!;
        var head = _head;
        var count = Count;
        Allocate(ring.Length * 2);
        Count = 0;
        for (var i = 0; i < count; i++)
        {
            Put(ring[(head + i) & (ring.Length - 1)]);
        }

        Array.Clear(ring);
        RingPool<OutboundFrame>.Return(ring);
        RingPool<int>.Return(index);
    }

    private void Free()
    {
        RingPool<OutboundFrame>.Return(_ring!);
        RingPool<int>.Return(_index!);
        _ring = null;
        _index = null;
        _head = 0;
    }
}
