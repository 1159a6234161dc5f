using System.Runtime.CompilerServices;

namespace WsPrism.Wasm.Runtime;

/// <summary>The instructions for tables. Operands come first, then what is written in the instruction, then the instance.</summary>
internal static class TableInstructions
{
    private const int ElementsPerFuel = 2;

    /// <summary>The function to call: in the table, not null, and of the type.</summary>
    public static WasmFunction Resolve(int at, int table, int type, WasmInstance instance)
    {
        var elements = instance._tables[table].Elements;
        if ((uint)at >= (uint)elements.Length)
            throw new WasmTrapException(WasmTrap.OutOfBoundsTable);

        var function = Unsafe.As<WasmFunction?>(elements[at]) ?? throw new WasmTrapException(WasmTrap.UninitializedElement);
        var expected = instance._types[type];
        if (!ReferenceEquals(function.Type, expected) && !function.Type.Equals(expected))
            throw new WasmTrapException(WasmTrap.IndirectCallTypeMismatch);

        return function;
    }

    public static object? Get(int at, int table, WasmInstance instance)
    {
        var elements = instance._tables[table].Elements;
        return (uint)at < (uint)elements.Length ? elements[at] : throw new WasmTrapException(WasmTrap.OutOfBoundsTable);
    }

    public static void Set(int at, object? value, int table, WasmInstance instance)
    {
        var elements = instance._tables[table].Elements;
        if ((uint)at >= (uint)elements.Length)
            throw new WasmTrapException(WasmTrap.OutOfBoundsTable);

        elements[at] = value;
    }

    public static int Size(int table, WasmInstance instance) => instance._tables[table].Length;

    public static int Grow(object? value, int count, int table, WasmInstance instance)
    {
        var target = instance._tables[table];
        var before = target.GrowUnchecked((uint)count, value);
        if (before >= 0 && count != 0)
            instance._store.Charge((uint)target.Length, ElementsPerFuel);

        return before;
    }

    public static void Fill(int at, object? value, int count, int table, WasmInstance instance) =>
        Slice(instance, instance._tables[table].Elements, at, count).Fill(value);

    public static void Copy(int to, int from, int count, int target, int source, WasmInstance instance)
    {
        var elements = Slice(instance, instance._tables[source].Elements, from, count);
        elements.CopyTo(Slice(instance, instance._tables[target].Elements, to, count));
    }

    public static void Init(int to, int from, int count, int segment, int table, WasmInstance instance)
    {
        var items = Slice(instance, instance.Elements[segment], from, count);
        items.CopyTo(Slice(instance, instance._tables[table].Elements, to, count));
    }

    public static void Drop(int segment, WasmInstance instance) => instance.Elements[segment] = [];

    private static Span<object?> Slice(WasmInstance instance, object?[] elements, int at, int count)
    {
        if ((uint)at + (ulong)(uint)count > (ulong)elements.Length)
            throw new WasmTrapException(WasmTrap.OutOfBoundsTable);

        instance._store.Charge((uint)count, ElementsPerFuel);
        return elements.AsSpan(at, count);
    }
}
