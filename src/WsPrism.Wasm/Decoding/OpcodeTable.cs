using static WsPrism.Wasm.Decoding.Opcode;
using static WsPrism.Wasm.WasmValueType;

namespace WsPrism.Wasm.Decoding;

/// <summary>Which instructions there are, and the operands and result of those that only calculate.</summary>
internal static class OpcodeTable
{
    private static readonly Dictionary<Opcode, NumericSignature> Numeric = BuildNumeric();
    private static readonly HashSet<Opcode> Known = [.. Enum.GetValues<Opcode>()];

    public static bool IsKnown(Opcode opcode) => Known.Contains(opcode);

    public static bool TryGetNumeric(Opcode opcode, out NumericSignature signature) => Numeric.TryGetValue(opcode, out signature);

    /// <summary>The type that a load leaves or a store takes, and how many bytes it moves.</summary>
    public static (WasmValueType Type, int Bytes) Access(Opcode opcode) => opcode switch
    {
        I32Load or I32Store => (I32, 4),
        I64Load or I64Store => (I64, 8),
        F32Load or F32Store => (F32, 4),
        F64Load or F64Store => (F64, 8),
        I32Load8S or I32Load8U or I32Store8 => (I32, 1),
        I32Load16S or I32Load16U or I32Store16 => (I32, 2),
        I64Load8S or I64Load8U or I64Store8 => (I64, 1),
        I64Load16S or I64Load16U or I64Store16 => (I64, 2),
        _ => (I64, 4),
    };

    private static Dictionary<Opcode, NumericSignature> BuildNumeric()
    {
        var table = new Dictionary<Opcode, NumericSignature>();
        Add(I32Eqz, I32Eqz, I32, 1, I32);
        Add(I32Eq, I32GeU, I32, 2, I32);
        Add(I64Eqz, I64Eqz, I64, 1, I32);
        Add(I64Eq, I64GeU, I64, 2, I32);
        Add(F32Eq, F32Ge, F32, 2, I32);
        Add(F64Eq, F64Ge, F64, 2, I32);
        Add(I32Clz, I32Popcnt, I32, 1, I32);
        Add(I32Add, I32Rotr, I32, 2, I32);
        Add(I64Clz, I64Popcnt, I64, 1, I64);
        Add(I64Add, I64Rotr, I64, 2, I64);
        Add(F32Abs, F32Sqrt, F32, 1, F32);
        Add(F32Add, F32Copysign, F32, 2, F32);
        Add(F64Abs, F64Sqrt, F64, 1, F64);
        Add(F64Add, F64Copysign, F64, 2, F64);
        Add(I32WrapI64, I32WrapI64, I64, 1, I32);
        Add(I32TruncF32S, I32TruncF32U, F32, 1, I32);
        Add(I32TruncF64S, I32TruncF64U, F64, 1, I32);
        Add(I64ExtendI32S, I64ExtendI32U, I32, 1, I64);
        Add(I64TruncF32S, I64TruncF32U, F32, 1, I64);
        Add(I64TruncF64S, I64TruncF64U, F64, 1, I64);
        Add(F32ConvertI32S, F32ConvertI32U, I32, 1, F32);
        Add(F32ConvertI64S, F32ConvertI64U, I64, 1, F32);
        Add(F32DemoteF64, F32DemoteF64, F64, 1, F32);
        Add(F64ConvertI32S, F64ConvertI32U, I32, 1, F64);
        Add(F64ConvertI64S, F64ConvertI64U, I64, 1, F64);
        Add(F64PromoteF32, F64PromoteF32, F32, 1, F64);
        Add(I32ReinterpretF32, I32ReinterpretF32, F32, 1, I32);
        Add(I64ReinterpretF64, I64ReinterpretF64, F64, 1, I64);
        Add(F32ReinterpretI32, F32ReinterpretI32, I32, 1, F32);
        Add(F64ReinterpretI64, F64ReinterpretI64, I64, 1, F64);
        Add(I32Extend8S, I32Extend16S, I32, 1, I32);
        Add(I64Extend8S, I64Extend32S, I64, 1, I64);
        Add(I32TruncSatF32S, I32TruncSatF32U, F32, 1, I32);
        Add(I32TruncSatF64S, I32TruncSatF64U, F64, 1, I32);
        Add(I64TruncSatF32S, I64TruncSatF32U, F32, 1, I64);
        Add(I64TruncSatF64S, I64TruncSatF64U, F64, 1, I64);
        return table;

        void Add(Opcode first, Opcode last, WasmValueType operand, int count, WasmValueType result)
        {
            for (var opcode = first; opcode <= last; opcode++)
                table.Add(opcode, new NumericSignature(operand, count, result));
        }
    }
}
