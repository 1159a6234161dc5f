namespace WsPrism.Wasm.Decoding;

/// <summary>The export section.</summary>
internal static class ExportDecoder
{
    public static void Decode(ref ByteReader reader, ModuleData module)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var count = reader.Count(ModuleBounds.Exports, "exports"); count > 0; count--)
        {
            var name = reader.Name();
            if (!names.Add(name))
                throw reader.Fail("duplicate export name");

            module.Exports.Add(DecodeExport(ref reader, module, name));
        }
    }

    private static WasmExport DecodeExport(ref ByteReader reader, ModuleData module, string name)
    {
        switch (reader.Byte())
        {
            case 0:
                var function = TypeDecoder.Index(ref reader, module.Functions.Count, "function");
                module.Referenced.Add(function);
                return new WasmExport(name, module.Functions[function]) { Index = function };
            case 1:
                var table = TypeDecoder.Index(ref reader, module.Tables.Count, "table");
                return new WasmExport(name, module.Tables[table]) { Index = table };
            case 2:
                var memory = TypeDecoder.Index(ref reader, module.Memories.Count, "memory");
                return new WasmExport(name, module.Memories[memory]) { Index = memory };
            case 3:
                var global = TypeDecoder.Index(ref reader, module.Globals.Count, "global");
                return new WasmExport(name, module.Globals[global]) { Index = global };
            default:
                throw reader.Fail("malformed export kind");
        }
    }
}
