namespace WsPrism.Wasm.Decoding;

/// <summary>The import section. Each import takes the next index of its kind.</summary>
internal static class ImportDecoder
{
    public static void Decode(ref ByteReader reader, ModuleData module)
    {
        for (var count = reader.Count(ModuleBounds.Imports, "imports"); count > 0; count--)
        {
            var from = reader.Name();
            var name = reader.Name();
            module.Imports.Add(new WasmImport(from, name, DecodeType(ref reader, module)));
        }
    }

    private static WasmExternType DecodeType(ref ByteReader reader, ModuleData module)
    {
        switch (reader.Byte())
        {
            case 0:
                module.ImportedFunctions++;
                module.Functions.Add(module.Types[TypeDecoder.Index(ref reader, module.Types.Length, "type")]);
                return module.Functions[^1];
            case 1:
                module.ImportedTables++;
                module.Tables.Add(TypeDecoder.Table(ref reader));
                return module.Tables[^1];
            case 2:
                module.ImportedMemories++;
                module.Memories.Add(TypeDecoder.Memory(ref reader));
                return module.Memories[^1];
            case 3:
                module.ImportedGlobals++;
                module.Globals.Add(TypeDecoder.Global(ref reader));
                return module.Globals[^1];
            default:
                throw reader.Fail("malformed import kind");
        }
    }
}
