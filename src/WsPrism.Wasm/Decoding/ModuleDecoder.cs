using static WsPrism.Wasm.Decoding.ModuleBounds;

namespace WsPrism.Wasm.Decoding;

/// <summary>
/// Takes a binary module apart:
/// <code>
/// 00 61 73 6D | 01 00 00 00 | section: id, size, content | section | ...
/// </code>
/// Sections come in the order of <see cref="Order"/>, each once at most; custom ones (id 0) may be anywhere and are skipped. What an index points to is the
/// validator's business.
/// </summary>
internal static class ModuleDecoder
{
    private const int DataCountId = 12;

    // Position of each section by its id: the count of data segments comes before the code.
    private static ReadOnlySpan<byte> Order => [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 10];

    public static ModuleData Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new ByteReader(bytes);
        if (bytes.Length > ModuleBytes)
            throw reader.Fail($"more than {ModuleBytes} bytes");

        if (!reader.Bytes(Math.Min(4, bytes.Length)).SequenceEqual("\0asm"u8))
            throw new WasmFormatException(0, "magic header not detected");

        if (!reader.Bytes(Math.Min(4, reader.Remaining)).SequenceEqual(new byte[] { 1, 0, 0, 0 }))
            throw new WasmFormatException(4, "unknown binary version");

        var module = new ModuleData();
        var declared = new List<int>();
        var last = 0;
        while (!reader.IsAtEnd)
        {
            var id = reader.Byte();
            if (id > DataCountId)
                throw reader.Fail("malformed section id");

            var section = reader.Slice(reader.U32());
            if (id == 0)
            {
                section.Name();
                continue;
            }

            if (Order[id] <= last)
                throw reader.Fail("unexpected content after last section");

            last = Order[id];
            DecodeSection(id, ref section, module, declared);
            if (!section.IsAtEnd)
                throw section.Fail("section size mismatch");
        }

        if (declared.Count != module.Bodies.Count)
            throw reader.Fail("function and code section have inconsistent lengths");

        if (module.DataCount is { } count && count != module.Data.Count)
            throw reader.Fail("data count and data section have inconsistent lengths");

        return module;
    }

    private static void DecodeSection(byte id, ref ByteReader reader, ModuleData module, List<int> declared)
    {
        switch (id)
        {
            case 1:
                DecodeTypes(ref reader, module);
                break;
            case 2:
                ImportDecoder.Decode(ref reader, module);
                break;
            case 3:
                DecodeFunctions(ref reader, module, declared);
                break;
            case 4:
                for (var count = reader.Count(Tables, "tables"); count > 0; count--)
                    module.Tables.Add(TypeDecoder.Table(ref reader));

                break;
            case 5:
                for (var count = reader.Count(Tables, "memories"); count > 0; count--)
                    module.Memories.Add(TypeDecoder.Memory(ref reader));

                break;
            case 6:
                DecodeGlobals(ref reader, module);
                break;
            case 7:
                ExportDecoder.Decode(ref reader, module);
                break;
            case 8:
                module.Start = TypeDecoder.Index(ref reader, module.Functions.Count, "function");
                break;
            case 9:
                SegmentDecoder.Elements(ref reader, module);
                break;
            case 10:
                BodyDecoder.Decode(ref reader, module, declared);
                break;
            case 11:
                SegmentDecoder.Data(ref reader, module);
                break;
            default:
                module.DataCount = (int)Math.Min(reader.U32(), int.MaxValue);
                break;
        }
    }

    private static void DecodeTypes(ref ByteReader reader, ModuleData module)
    {
        var known = new Dictionary<WasmFunctionType, WasmFunctionType>();
        module.Types = new WasmFunctionType[reader.Count(Types, "types")];
        for (var index = 0; index < module.Types.Length; index++)
        {
            if (reader.Byte() != 0x60)
                throw reader.Fail("malformed function type");

            // Equal types are one object, so that a call through a table mostly compares references.
            var type = new WasmFunctionType(TypeDecoder.Values(ref reader, Parameters, "parameters"), TypeDecoder.Values(ref reader, Results, "results"));
            known.TryAdd(type, type);
            module.Types[index] = known[type];
        }
    }

    private static void DecodeFunctions(ref ByteReader reader, ModuleData module, List<int> declared)
    {
        for (var count = reader.Count(Functions, "functions"); count > 0; count--)
        {
            declared.Add(module.Functions.Count);
            module.Functions.Add(module.Types[TypeDecoder.Index(ref reader, module.Types.Length, "type")]);
        }
    }

    private static void DecodeGlobals(ref ByteReader reader, ModuleData module)
    {
        for (var count = reader.Count(Globals, "globals"); count > 0; count--)
        {
            module.Globals.Add(TypeDecoder.Global(ref reader));
            module.GlobalValues.Add(ConstantDecoder.Decode(ref reader, module, module.Globals[^1].ValueType));
        }
    }
}
