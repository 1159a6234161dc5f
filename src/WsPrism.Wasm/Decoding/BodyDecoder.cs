namespace WsPrism.Wasm.Decoding;

/// <summary>The code section: for each function its size, its locals in groups of one type, and its instructions, which the validator reads.</summary>
internal static class BodyDecoder
{
    public static void Decode(ref ByteReader reader, ModuleData module, List<int> declared)
    {
        var count = reader.Count(ModuleBounds.Functions, "functions");
        if (count != declared.Count)
            throw reader.Fail("function and code section have inconsistent lengths");

        var locals = 0;
        foreach (var function in declared)
        {
            var size = reader.U32();
            if (size > ModuleBounds.FunctionBytes && size <= (uint)reader.Remaining)
                throw reader.Fail($"a function of more than {ModuleBounds.FunctionBytes} bytes");

            var body = reader.Slice(size);
            module.Bodies.Add(DecodeBody(ref body, module.Functions[function]));
            locals += module.Bodies[^1].Locals.Length;
            if (locals > ModuleBounds.LocalsOfAllFunctions)
                throw reader.Fail("too many locals in all functions");
        }
    }

    private static FunctionBody DecodeBody(ref ByteReader reader, WasmFunctionType type)
    {
        var locals = new List<WasmValueType>();
        locals.AddRange(type.Parameters);
        for (var groups = reader.Count(ModuleBounds.FunctionBytes, "groups of locals"); groups > 0; groups--)
        {
            var count = reader.U32();
            if (count > (uint)(ModuleBounds.Locals - locals.Count))
                throw reader.Fail("too many locals");

            var local = TypeDecoder.Value(ref reader);
            for (; count > 0; count--)
                locals.Add(local);
        }

        return new FunctionBody
        {
            Offset = reader.Offset,
            Code = reader.Bytes(reader.Remaining).ToArray(),
            Locals = [.. locals],
        };
    }
}
