namespace WsPrism.Wasm.Decoding;

/// <summary>
/// Element and data segments. An element segment starts with flags: bit 0 says that it is not active, bit 1 that it names a table (or, not active, that it
/// is declarative), bit 2 that its items are expressions and not indices of functions.
/// </summary>
internal static class SegmentDecoder
{
    private const uint IsNotActive = 1;
    private const uint HasTable = 2;
    private const uint HasExpressions = 4;

    public static void Elements(ref ByteReader reader, ModuleData module)
    {
        var elements = 0;
        for (var count = reader.Count(ModuleBounds.Segments, "segments"); count > 0; count--)
        {
            var segment = DecodeElements(ref reader, module, ModuleBounds.ElementsOfAllSegments - elements);
            elements += segment.Items.Length;
            module.Elements.Add(segment);
        }
    }

    public static void Data(ref ByteReader reader, ModuleData module)
    {
        for (var count = reader.Count(ModuleBounds.Segments, "segments"); count > 0; count--)
        {
            var flags = reader.U32();
            if (flags > 2)
                throw reader.Fail("malformed data segment kind");

            if (flags == 2 && reader.U32() is var memory and not 0)
                throw reader.Fail($"unknown memory {memory}");

            var mode = flags == 1 ? SegmentMode.Passive : SegmentMode.Active;
            var offset = default(ConstantExpression);
            if (mode == SegmentMode.Active)
            {
                if (module.Memories.Count == 0)
                    throw reader.Fail("unknown memory 0");

                offset = ConstantDecoder.Decode(ref reader, module, WasmValueType.I32);
            }

            module.Data.Add(new DataSegment(mode, offset, reader.Bytes(reader.Count(ModuleBounds.ModuleBytes, "bytes")).ToArray()));
        }
    }

    private static ElementSegment DecodeElements(ref ByteReader reader, ModuleData module, int bound)
    {
        var flags = reader.U32();
        if (flags > (IsNotActive | HasTable | HasExpressions))
            throw reader.Fail("malformed elements segment kind");

        var mode = SegmentMode.Active;
        if ((flags & IsNotActive) != 0)
            mode = (flags & HasTable) != 0 ? SegmentMode.Declarative : SegmentMode.Passive;

        var table = 0;
        var offset = default(ConstantExpression);
        if (mode == SegmentMode.Active)
        {
            var index = (flags & HasTable) != 0 ? reader.U32() : 0;
            if (index >= (uint)module.Tables.Count)
                throw reader.Fail($"unknown table {index}");

            table = (int)index;
            offset = ConstantDecoder.Decode(ref reader, module, WasmValueType.I32);
        }

        // The shortest form says neither table nor type.
        var saysType = (flags & (IsNotActive | HasTable)) != 0;
        var type = saysType ? DecodeElementType(ref reader, (flags & HasExpressions) != 0) : WasmValueType.FuncRef;
        if (mode == SegmentMode.Active && module.Tables[table].ElementType != type)
            throw reader.Fail("type mismatch");

        var items = new ConstantExpression[reader.Count(bound, "elements")];
        for (var index = 0; index < items.Length; index++)
        {
            items[index] = (flags & HasExpressions) != 0
                ? ConstantDecoder.Decode(ref reader, module, type)
                : ConstantDecoder.Function(ref reader, module);
        }

        return new ElementSegment(mode, table, offset, type, items);
    }

    private static WasmValueType DecodeElementType(ref ByteReader reader, bool isExpressions)
    {
        if (isExpressions)
            return TypeDecoder.Reference(ref reader);

        return reader.Byte() == 0 ? WasmValueType.FuncRef : throw reader.Fail("malformed element kind");
    }
}
