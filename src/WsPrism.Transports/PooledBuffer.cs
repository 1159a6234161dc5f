using System.Buffers;

namespace WsPrism.Transports;

/// <summary>
/// Bytes gathered in an array of the shared pool, which is there only while there are bytes. A mutable struct: keep it in one field or
/// pass it by reference, and release it where it is kept.
/// </summary>
internal struct PooledBuffer
{
    private const int FirstCapacity = 256;

    private byte[]? _array;

    public int Length { get; private set; }

    public readonly int Capacity => _array?.Length ?? 0;

    public readonly Span<byte> Span => _array.AsSpan(0, Length);

    /// <summary>
    /// Adds bytes. The array doubles, so it follows what really arrived and not what was announced; where the doubling would pass
    /// <paramref name="ceiling"/>, the most that can come, it stops there.
    /// </summary>
    public void Append(ReadOnlySpan<byte> bytes, int ceiling)
    {
        if (bytes.IsEmpty)
            return;

        bytes.CopyTo(Reserve(bytes.Length, ceiling));
        Length += bytes.Length;
    }

    /// <summary>The free space behind the bytes, at least <paramref name="minimum"/> long; count what was written with <see cref="Advance"/>.</summary>
    public Span<byte> Reserve(int minimum, int ceiling)
    {
        var needed = Length + minimum;

        if (needed > Capacity)
            Grow(Math.Max(needed, (int)Math.Min(Math.Max(FirstCapacity, 2L * Capacity), ceiling)));

        return _array.AsSpan(Length);
    }

    public void Advance(int count)
    {
        Length += count;
    }

    private void Grow(int capacity)
    {
        var larger = ArrayPool<byte>.Shared.Rent(capacity);
        var length = Length;

        Span.CopyTo(larger);
        Release();
        _array = larger;
        Length = length;
    }

    /// <summary>Gives the array back; the buffer is empty and may be used again.</summary>
    public void Release()
    {
        Length = 0;

        if (_array is null)
            return;

#if DEBUG
        // Whoever still reads a span of it shall notice.
        _array.AsSpan().Fill(0xFF);
#endif
        ArrayPool<byte>.Shared.Return(_array);
        _array = null;
    }
}
