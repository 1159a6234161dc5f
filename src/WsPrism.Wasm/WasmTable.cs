using WsPrism.Wasm.Runtime;

namespace WsPrism.Wasm;

/// <summary>A table of references. It belongs to the thread of its store.</summary>
public sealed class WasmTable
{
    private readonly uint _maximum;

    /// <summary>A table for modules to import, full of null.</summary>
    /// <param name="store">The store of those modules.</param>
    /// <param name="type">Its type.</param>
    /// <exception cref="WasmLinkException">The store's limits are below the minimum.</exception>
    public WasmTable(WasmStore store, WasmTableType type)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(type);
        if (!store.TryTakeElements(type.Minimum))
            throw new WasmLinkException($"A table of {type.Minimum} elements is beyond the limit.");

        Store = store;
        Type = type;
        _maximum = type.Maximum ?? uint.MaxValue;
        Elements = new object?[type.Minimum];
    }

    /// <summary>Its type.</summary>
    public WasmTableType Type { get; }

    /// <summary>How many elements there are.</summary>
    public int Length => Elements.Length;

    internal WasmStore Store { get; }

    // In a table of functions nothing but functions and null: compiled code does not look again.
    internal object?[] Elements { get; private set; }

    /// <summary>An element. A function of a table of functions, anything else in a table of the host's references.</summary>
    /// <exception cref="ArgumentException">The value is no function of this store.</exception>
    public object? this[int index]
    {
        get => Elements[index];
        set => Elements[index] = Boundary.Check(value, Type.ElementType, Store);
    }

    /// <summary>Adds elements.</summary>
    /// <returns>How many there were; -1 where the maximum or the limits do not allow it.</returns>
    public int Grow(uint count, object? value) => GrowUnchecked(count, Boundary.Check(value, Type.ElementType, Store));

    internal int GrowUnchecked(uint count, object? value)
    {
        var before = Elements.Length;
        if ((long)before + count > _maximum || !Store.TryTakeElements(count))
            return -1;

        var elements = Elements;
        Array.Resize(ref elements, (int)(before + count));
        Array.Fill(elements, value, before, (int)count);
        Elements = elements;
        return before;
    }

    internal void Reset()
    {
        Store.TryTakeElements((long)Type.Minimum - Elements.Length);
        Elements = new object?[Type.Minimum];
    }
}
