namespace WsPrism.Wasm.Decoding;

/// <summary>Constant expressions: exactly one instruction of the few that are constant, of the expected type, then <c>end</c>.</summary>
internal static class ConstantDecoder
{
    public static ConstantExpression Decode(ref ByteReader reader, ModuleData module, WasmValueType expected)
    {
        var value = DecodeOne(ref reader, module);
        if (value.Type != expected)
            throw reader.Fail("type mismatch");

        return (Opcode)reader.Byte() == Opcode.End ? value : throw reader.Fail("constant expression required");
    }

    public static ConstantExpression Function(ref ByteReader reader, ModuleData module)
    {
        var index = TypeDecoder.Index(ref reader, module.Functions.Count, "function");
        module.Referenced.Add(index);
        return new ConstantExpression(Opcode.RefFunc, WasmValueType.FuncRef, index);
    }

    private static ConstantExpression DecodeOne(ref ByteReader reader, ModuleData module)
    {
        var opcode = (Opcode)reader.Byte();
        switch (opcode)
        {
            case Opcode.I32Const:
                return new ConstantExpression(opcode, WasmValueType.I32, reader.S32());
            case Opcode.I64Const:
                return new ConstantExpression(opcode, WasmValueType.I64, reader.S64());
            case Opcode.F32Const:
                return new ConstantExpression(opcode, WasmValueType.F32, reader.F32Bits());
            case Opcode.F64Const:
                return new ConstantExpression(opcode, WasmValueType.F64, reader.F64Bits());
            case Opcode.RefNull:
                return new ConstantExpression(opcode, TypeDecoder.Reference(ref reader), 0);
            case Opcode.RefFunc:
                return Function(ref reader, module);
            case Opcode.GlobalGet:
                // Only what is known before this module's own globals are.
                var index = TypeDecoder.Index(ref reader, module.ImportedGlobals, "global");
                if (module.Globals[index].IsMutable)
                    throw reader.Fail("constant expression required");

                return new ConstantExpression(opcode, module.Globals[index].ValueType, index);
            default:
                throw reader.Fail("constant expression required");
        }
    }
}
