using WsPrism.Core.Delivery;

namespace WsPrism.Core.Rooms.History;

/// <summary>
/// The messages of one room in the order of their offsets, which have no gaps: a ring that grows with use. It owns one reference of each frame. Guarded by
/// its history's lock. Mutable struct: keep it in a field, never copy it.
/// </summary>
internal struct KeptMessages
{
    /// <summary>What a message takes beside its buffer: the frame and its place here.</summary>
    public const int Overhead = 128;

    private const int MinLength = 8;

    private Entry[]? _ring;
    private int _head;

    public int Count { get; private set; }

    /// <summary>Memory of all of them.</summary>
    public long Bytes { get; private set; }

    /// <summary>The message at a distance from the oldest.</summary>
    public readonly OutboundFrame this[int index] => Place(index).Frame;

    /// <summary>When the oldest was published; only where there is one.</summary>
    public readonly long OldestMs => Place(0).AtMs;

    public void Add(OutboundFrame frame, long atMs)
    {
        if (_ring is null || Count == _ring.Length)
        {
            Grow();
        }

        Count++;
        Place(Count - 1) = new Entry(frame, atMs);
        Bytes += SizeOf(frame);
    }

    public void DropOldest()
    {
        ref var oldest = ref Place(0);
        Bytes -= SizeOf(oldest.Frame);
        oldest.Frame.Release();
        oldest = default;
        _head = (_head + 1) & (_ring!.Length - 1);
        if (--Count == 0)
        {
            _ring = null;
            _head = 0;
        }
    }

    public static long SizeOf(OutboundFrame frame) => frame.BufferLength + Overhead;

    private readonly ref Entry Place(int index) => ref _ring![(_head + index) & (_ring.Length - 1)];

    private void Grow()
    {
        var larger = new Entry[_ring is null ? MinLength : _ring.Length * 2];
        for (var i = 0; i < Count; i++)
        {
            larger[i] = Place(i);
        }

        _ring = larger;
        _head = 0;
    }

    private readonly record struct Entry(OutboundFrame Frame, long AtMs);
}
