namespace WsPrism.Wasm.Runtime;

/// <summary>The instructions that work on many bytes. Operands come first, then what is written in the instruction, then the instance.</summary>
internal static class MemoryInstructions
{
    private const int BytesPerFuel = 16;

    public static int Grow(int pages, WasmInstance instance)
    {
        var memory = instance._memory!;
        var before = memory.Grow((uint)pages);

        // What was there has been copied, and the rest cleared.
        if (before >= 0 && pages != 0)
            instance._store.Charge((uint)memory._buffer.Length, BytesPerFuel);

        return before;
    }

    public static void Fill(int to, int value, int count, WasmInstance instance) => Slice(instance, to, count).Fill((byte)value);

    public static void Copy(int to, int from, int count, WasmInstance instance)
    {
        var source = Slice(instance, from, count);
        source.CopyTo(Slice(instance, to, count));
    }

    public static void Init(int to, int from, int count, int segment, WasmInstance instance)
    {
        var data = instance.Data[segment];
        if ((uint)from + (ulong)(uint)count > (ulong)data.Length)
            throw new WasmTrapException(WasmTrap.OutOfBoundsMemory);

        var target = Slice(instance, to, count);
        data.AsSpan((int)(uint)from, target.Length).CopyTo(target);
    }

    public static void Drop(int segment, WasmInstance instance) => instance.Data[segment] = [];

    private static Span<byte> Slice(WasmInstance instance, int at, int count)
    {
        var buffer = instance._memory!._buffer;
        if ((uint)at + (ulong)(uint)count > (ulong)buffer.Length)
            throw new WasmTrapException(WasmTrap.OutOfBoundsMemory);

        instance._store.Charge((uint)count, BytesPerFuel);
        return buffer.AsSpan(at, count);
    }
}
