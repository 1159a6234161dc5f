namespace WsPrism.Wasm.Decoding;

/// <summary>Reads types and indices, and checks what a type alone can get wrong.</summary>
internal static class TypeDecoder
{
    private const uint MaxPages = 65_536;

    public static WasmValueType Value(ref ByteReader reader) =>
        TryValue(reader.Byte()) ?? throw reader.Fail("malformed value type");

    public static WasmValueType? TryValue(byte code) => code is >= 0x7C and <= 0x7F or 0x70 or 0x6F ? (WasmValueType)code : null;

    public static WasmValueType Reference(ref ByteReader reader)
    {
        var type = Value(ref reader);
        return IsReference(type) ? type : throw reader.Fail("malformed reference type");
    }

    public static bool IsReference(WasmValueType type) => type is WasmValueType.FuncRef or WasmValueType.ExternRef;

    public static WasmValueType[] Values(ref ByteReader reader, int bound, string what)
    {
        var types = new WasmValueType[reader.Count(bound, what)];
        for (var index = 0; index < types.Length; index++)
            types[index] = Value(ref reader);

        return types;
    }

    public static WasmTableType Table(ref ByteReader reader)
    {
        var element = Reference(ref reader);
        var (minimum, maximum) = Limits(ref reader);
        return new WasmTableType(element, minimum, maximum);
    }

    public static WasmMemoryType Memory(ref ByteReader reader)
    {
        var (minimum, maximum) = Limits(ref reader);
        if (minimum > MaxPages || maximum > MaxPages)
            throw reader.Fail("memory size must be at most 65536 pages (4GiB)");

        return new WasmMemoryType(minimum, maximum);
    }

    public static WasmGlobalType Global(ref ByteReader reader)
    {
        var type = Value(ref reader);
        return reader.Byte() switch
        {
            0 => new WasmGlobalType(type, isMutable: false),
            1 => new WasmGlobalType(type, isMutable: true),
            _ => throw reader.Fail("malformed mutability"),
        };
    }

    public static int Index(ref ByteReader reader, int count, string what)
    {
        var index = reader.U32();
        return index < (uint)count ? (int)index : throw reader.Fail($"unknown {what} {index}");
    }

    private static (uint Minimum, uint? Maximum) Limits(ref ByteReader reader)
    {
        var flags = reader.Byte();
        if (flags > 1)
            throw reader.Fail("malformed limits flags");

        var minimum = reader.U32();
        if (flags == 0)
            return (minimum, null);

        var maximum = reader.U32();
        return minimum <= maximum ? (minimum, maximum) : throw reader.Fail("size minimum must not be greater than maximum");
    }
}
