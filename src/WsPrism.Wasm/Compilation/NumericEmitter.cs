using System.Numerics;
using System.Reflection.Emit;
using WsPrism.Wasm.Decoding;
using WsPrism.Wasm.Runtime;

namespace WsPrism.Wasm.Compilation;

/// <summary>The instructions that only calculate: operands on the stack, the result in their place.</summary>
internal static class NumericEmitter
{
    public static void Emit(ILGenerator il, Opcode opcode)
    {
        if (opcode <= Opcode.F64Ge)
            EmitComparison(il, opcode);
        else if (opcode <= Opcode.I32Rotr)
            EmitInteger(il, opcode - Opcode.I32Clz + Opcode.I64Clz, typeof(int), typeof(uint), 31);
        else if (opcode <= Opcode.I64Rotr)
            EmitInteger(il, opcode, typeof(long), typeof(ulong), 63);
        else if (opcode <= Opcode.F32Copysign)
            EmitFloat(il, opcode - Opcode.F32Abs + Opcode.F64Abs, typeof(float));
        else if (opcode <= Opcode.F64Copysign)
            EmitFloat(il, opcode, typeof(double));
        else
            EmitConversion(il, opcode);
    }

    private static void EmitComparison(ILGenerator il, Opcode opcode)
    {
        switch (opcode)
        {
            case Opcode.I32Eqz:
                Not(il);
                break;
            case Opcode.I64Eqz:
                il.Emit(OpCodes.Ldc_I8, 0L);
                il.Emit(OpCodes.Ceq);
                break;
            case Opcode.I32Eq or Opcode.I64Eq or Opcode.F32Eq or Opcode.F64Eq:
                il.Emit(OpCodes.Ceq);
                break;
            case Opcode.I32Ne or Opcode.I64Ne or Opcode.F32Ne or Opcode.F64Ne:
                il.Emit(OpCodes.Ceq);
                Not(il);
                break;
            case Opcode.I32LtS or Opcode.I64LtS or Opcode.F32Lt or Opcode.F64Lt:
                il.Emit(OpCodes.Clt);
                break;
            case Opcode.I32LtU or Opcode.I64LtU:
                il.Emit(OpCodes.Clt_Un);
                break;
            case Opcode.I32GtS or Opcode.I64GtS or Opcode.F32Gt or Opcode.F64Gt:
                il.Emit(OpCodes.Cgt);
                break;
            case Opcode.I32GtU or Opcode.I64GtU:
                il.Emit(OpCodes.Cgt_Un);
                break;
            case Opcode.I32LeS or Opcode.I64LeS:
                il.Emit(OpCodes.Cgt);
                Not(il);
                break;

            // With floating point, "un" is also true where one is not a number, and then these are false.
            case Opcode.I32LeU or Opcode.I64LeU or Opcode.F32Le or Opcode.F64Le:
                il.Emit(OpCodes.Cgt_Un);
                Not(il);
                break;
            case Opcode.I32GeS or Opcode.I64GeS:
                il.Emit(OpCodes.Clt);
                Not(il);
                break;
            default:
                il.Emit(OpCodes.Clt_Un);
                Not(il);
                break;
        }
    }

    private static void Not(ILGenerator il)
    {
        il.Emit(OpCodes.Ldc_I4_0);
        il.Emit(OpCodes.Ceq);
    }

    private static void EmitInteger(ILGenerator il, Opcode opcode, Type type, Type unsigned, int mask)
    {
        var isLong = type == typeof(long);
        switch (opcode)
        {
            case Opcode.I64Clz or Opcode.I64Ctz or Opcode.I64Popcnt:
                var name = opcode == Opcode.I64Clz ? nameof(BitOperations.LeadingZeroCount)
                    : opcode == Opcode.I64Ctz ? nameof(BitOperations.TrailingZeroCount) : nameof(BitOperations.PopCount);
                il.Emit(OpCodes.Call, Members.Bits(name, unsigned));
                if (isLong)
                    il.Emit(OpCodes.Conv_I8);

                break;
            case Opcode.I64RemS:
                il.Emit(OpCodes.Call, Members.Remainder(type));
                break;
            case Opcode.I64Shl or Opcode.I64ShrS or Opcode.I64ShrU or Opcode.I64Rotl or Opcode.I64Rotr:
                if (isLong)
                    il.Emit(OpCodes.Conv_I4);

                EmitShift(il, opcode, unsigned, mask);
                break;
            default:
                il.Emit(opcode switch
                {
                    Opcode.I64Add => OpCodes.Add,
                    Opcode.I64Sub => OpCodes.Sub,
                    Opcode.I64Mul => OpCodes.Mul,
                    Opcode.I64DivS => OpCodes.Div,
                    Opcode.I64DivU => OpCodes.Div_Un,
                    Opcode.I64RemU => OpCodes.Rem_Un,
                    Opcode.I64And => OpCodes.And,
                    Opcode.I64Or => OpCodes.Or,
                    _ => OpCodes.Xor,
                });
                break;
        }
    }

    private static void EmitShift(ILGenerator il, Opcode opcode, Type unsigned, int mask)
    {
        if (opcode is Opcode.I64Rotl or Opcode.I64Rotr)
        {
            il.Emit(OpCodes.Call, Members.Rotate(opcode == Opcode.I64Rotl ? nameof(BitOperations.RotateLeft) : nameof(BitOperations.RotateRight), unsigned));
            return;
        }

        il.Emit(OpCodes.Ldc_I4, mask);
        il.Emit(OpCodes.And);
        il.Emit(opcode == Opcode.I64Shl ? OpCodes.Shl : opcode == Opcode.I64ShrS ? OpCodes.Shr : OpCodes.Shr_Un);
    }

    private static void EmitFloat(ILGenerator il, Opcode opcode, Type type)
    {
        switch (opcode)
        {
            case Opcode.F64Neg:
                il.Emit(OpCodes.Neg);
                break;
            case Opcode.F64Add:
                il.Emit(OpCodes.Add);
                break;
            case Opcode.F64Sub:
                il.Emit(OpCodes.Sub);
                break;
            case Opcode.F64Mul:
                il.Emit(OpCodes.Mul);
                break;
            case Opcode.F64Div:
                il.Emit(OpCodes.Div);
                break;
            case Opcode.F64Min:
                il.Emit(OpCodes.Call, Members.MinMax(nameof(Floats.Min), type));
                break;
            case Opcode.F64Max:
                il.Emit(OpCodes.Call, Members.MinMax(nameof(Floats.Max), type));
                break;
            case Opcode.F64Copysign:
                il.Emit(OpCodes.Call, Members.CopySign(type));
                break;
            default:
                il.Emit(OpCodes.Call, Members.Unary(opcode switch
                {
                    Opcode.F64Abs => nameof(Math.Abs),
                    Opcode.F64Ceil => nameof(Math.Ceiling),
                    Opcode.F64Floor => nameof(Math.Floor),
                    Opcode.F64Trunc => nameof(Math.Truncate),
                    Opcode.F64Nearest => nameof(Math.Round),
                    _ => nameof(Math.Sqrt),
                }, type));
                break;
        }
    }

    private static void EmitConversion(ILGenerator il, Opcode opcode)
    {
        switch (opcode)
        {
            case Opcode.I32WrapI64:
                il.Emit(OpCodes.Conv_I4);
                break;
            case Opcode.I64ExtendI32S:
                il.Emit(OpCodes.Conv_I8);
                break;
            case Opcode.I64ExtendI32U:
                il.Emit(OpCodes.Conv_U8);
                break;
            case Opcode.F32ConvertI32S or Opcode.F32ConvertI64S or Opcode.F32DemoteF64:
                il.Emit(OpCodes.Conv_R4);
                break;
            case Opcode.F32ConvertI32U:
                il.Emit(OpCodes.Conv_U8);
                il.Emit(OpCodes.Conv_R4);
                break;
            case Opcode.F64ConvertI32S or Opcode.F64ConvertI64S or Opcode.F64PromoteF32:
                il.Emit(OpCodes.Conv_R8);
                break;
            case Opcode.F64ConvertI32U:
                il.Emit(OpCodes.Conv_U8);
                il.Emit(OpCodes.Conv_R8);
                break;
            case Opcode.I32ReinterpretF32:
                il.Emit(OpCodes.Call, Members.SingleToBits);
                break;
            case Opcode.I64ReinterpretF64:
                il.Emit(OpCodes.Call, Members.DoubleToBits);
                break;
            case Opcode.F32ReinterpretI32:
                il.Emit(OpCodes.Call, Members.SingleFromBits);
                break;
            case Opcode.F64ReinterpretI64:
                il.Emit(OpCodes.Call, Members.DoubleFromBits);
                break;
            case Opcode.I32Extend8S:
                il.Emit(OpCodes.Conv_I1);
                break;
            case Opcode.I32Extend16S:
                il.Emit(OpCodes.Conv_I2);
                break;
            case Opcode.I64Extend8S:
                il.Emit(OpCodes.Conv_I1);
                il.Emit(OpCodes.Conv_I8);
                break;
            case Opcode.I64Extend16S:
                il.Emit(OpCodes.Conv_I2);
                il.Emit(OpCodes.Conv_I8);
                break;
            case Opcode.I64Extend32S:
                il.Emit(OpCodes.Conv_I4);
                il.Emit(OpCodes.Conv_I8);
                break;
            default:
                EmitHelper(il, opcode);
                break;
        }
    }

    private static void EmitHelper(ILGenerator il, Opcode opcode)
    {
        if (opcode is not (Opcode.F32ConvertI64U or Opcode.F64ConvertI64U))
            il.Emit(OpCodes.Conv_R8);

        il.Emit(OpCodes.Call, Members.Conversion(opcode switch
        {
            Opcode.I32TruncF32S or Opcode.I32TruncF64S => nameof(Conversions.ToInt32),
            Opcode.I32TruncF32U or Opcode.I32TruncF64U => nameof(Conversions.ToUInt32),
            Opcode.I64TruncF32S or Opcode.I64TruncF64S => nameof(Conversions.ToInt64),
            Opcode.I64TruncF32U or Opcode.I64TruncF64U => nameof(Conversions.ToUInt64),
            Opcode.I32TruncSatF32S or Opcode.I32TruncSatF64S => nameof(Conversions.ToInt32Saturating),
            Opcode.I32TruncSatF32U or Opcode.I32TruncSatF64U => nameof(Conversions.ToUInt32Saturating),
            Opcode.I64TruncSatF32S or Opcode.I64TruncSatF64S => nameof(Conversions.ToInt64Saturating),
            Opcode.I64TruncSatF32U or Opcode.I64TruncSatF64U => nameof(Conversions.ToUInt64Saturating),
            Opcode.F32ConvertI64U => nameof(Conversions.SingleFromUInt64),
            _ => nameof(Conversions.DoubleFromUInt64),
        }));
    }
}
