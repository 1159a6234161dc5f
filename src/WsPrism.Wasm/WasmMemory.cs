namespace WsPrism.Wasm;

/// <summary>
/// A linear memory. It belongs to the thread of its store. A module can grow it, and then the bytes move: a span is good until the next call.
/// </summary>
public sealed class WasmMemory
{
    /// <summary>Bytes of a page.</summary>
    public const int PageBytes = 65_536;

    // The most whole pages that one array can have: 2 GiB less one page.
    private const uint MaxPages = 32_767;

    private readonly uint _maximum;

    /// <summary>A memory for modules to import.</summary>
    /// <param name="store">The store of those modules.</param>
    /// <param name="minimum">Pages at the start.</param>
    /// <param name="maximum">Pages it may grow to.</param>
    /// <exception cref="WasmLinkException">The store's limits are below the minimum.</exception>
    public WasmMemory(WasmStore store, uint minimum, uint? maximum = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        if (minimum > MaxPages || !store.TryTakeMemory((long)minimum * PageBytes))
            throw new WasmLinkException($"A memory of {minimum} pages is beyond the limit.");

        Store = store;
        Minimum = minimum;
        Maximum = maximum;
        _maximum = Math.Min(MaxPages, maximum ?? MaxPages);
        _buffer = new byte[minimum * PageBytes];
    }

    /// <summary>All bytes.</summary>
    public Span<byte> Span => _buffer;

    /// <summary>How many pages there are.</summary>
    public uint Pages => (uint)(_buffer.Length / PageBytes);

    internal WasmStore Store { get; }

    internal uint Minimum { get; }

    internal uint? Maximum { get; }

    // A field, since compiled code reads it. It is replaced, never changed in length.
    internal byte[] _buffer;

    /// <summary>Adds empty pages.</summary>
    /// <returns>How many pages there were; -1 where the maximum or the limits do not allow it.</returns>
    public int Grow(uint pages)
    {
        var before = Pages;
        var after = (long)before + pages;
        if (after > _maximum || !Store.TryTakeMemory((long)pages * PageBytes))
            return -1;

        try
        {
            if (pages > 0)
                Array.Resize(ref _buffer, (int)(after * PageBytes));

            return (int)before;
        }
        catch (OutOfMemoryException)
        {
            Store.TryTakeMemory(-(long)pages * PageBytes);
            return -1;
        }
    }

    internal void Reset()
    {
        var first = (int)(Minimum * PageBytes);
        if (_buffer.Length == first)
        {
            Array.Clear(_buffer);
            return;
        }

        Store.TryTakeMemory(first - _buffer.Length);
        _buffer = new byte[first];
    }
}
