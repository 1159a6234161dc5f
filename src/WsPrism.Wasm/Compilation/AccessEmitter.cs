using System.Reflection.Emit;
using WsPrism.Wasm.Decoding;
using WsPrism.Wasm.Runtime;

namespace WsPrism.Wasm.Compilation;

/// <summary>
/// Reads and writes of the memory. An access of n bytes at a is an access to element a + n - 1 of the memory's array, an index of 64 bits that cannot
/// overflow, which the runtime checks as it checks any; then n - 1 bytes back. So one comparison guards each access and a trap costs no code.
/// </summary>
internal sealed class AccessEmitter
{
    private readonly MethodFrame _frame;

    public AccessEmitter(MethodFrame frame)
    {
        _frame = frame;
    }

    private ILGenerator Il => _frame.Il;

    public void Emit(in Instruction instruction)
    {
        switch (instruction.Opcode)
        {
            case Opcode.MemorySize:
                Il.Emit(OpCodes.Ldloc, _frame.Buffer);
                Il.Emit(OpCodes.Ldlen);
                Il.Emit(OpCodes.Conv_I4);
                Il.Emit(OpCodes.Ldc_I4, 16);
                Il.Emit(OpCodes.Shr_Un);
                _frame.Operands.Push(WasmValueType.I32);
                break;
            case Opcode.MemoryGrow:
                Call(nameof(MemoryInstructions.Grow), 1);
                _frame.Operands.Push(WasmValueType.I32);
                break;
            case Opcode.MemoryFill:
                Call(nameof(MemoryInstructions.Fill), 3);
                break;
            case Opcode.MemoryCopy:
                Call(nameof(MemoryInstructions.Copy), 3);
                break;
            case Opcode.MemoryInit:
                Call(nameof(MemoryInstructions.Init), 3, instruction.Index);
                break;
            case Opcode.DataDrop:
                Call(nameof(MemoryInstructions.Drop), 0, instruction.Index);
                break;
            case >= Opcode.I32Store:
                EmitStore(instruction);
                break;
            default:
                EmitLoad(instruction);
                break;
        }
    }

    private void Call(string name, int operands, uint? segment = null)
    {
        _frame.Operands.Take(operands);
        if (segment is { } index)
            Il.Emit(OpCodes.Ldc_I4, (int)index);

        _frame.BeforeCall();
        _frame.LoadInstance();
        Il.Emit(OpCodes.Call, Members.Memory(name));
        _frame.AfterCall();
    }

    private void EmitLoad(in Instruction instruction)
    {
        var (type, bytes) = OpcodeTable.Access(instruction.Opcode);
        var nesting = _frame.Operands.Take(1);
        EmitAddress(instruction.Second, bytes);
        EmitUnaligned(bytes);
        Il.Emit(instruction.Opcode switch
        {
            Opcode.I32Load8S or Opcode.I64Load8S => OpCodes.Ldind_I1,
            Opcode.I32Load8U or Opcode.I64Load8U => OpCodes.Ldind_U1,
            Opcode.I32Load16S or Opcode.I64Load16S => OpCodes.Ldind_I2,
            Opcode.I32Load16U or Opcode.I64Load16U => OpCodes.Ldind_U2,
            Opcode.I64Load32U => OpCodes.Ldind_U4,
            Opcode.I32Load or Opcode.I64Load32S => OpCodes.Ldind_I4,
            Opcode.F32Load => OpCodes.Ldind_R4,
            Opcode.F64Load => OpCodes.Ldind_R8,
            _ => OpCodes.Ldind_I8,
        });

        if (type == WasmValueType.I64 && bytes < sizeof(long))
        {
            var isSigned = instruction.Opcode is Opcode.I64Load8S or Opcode.I64Load16S or Opcode.I64Load32S;
            Il.Emit(isSigned ? OpCodes.Conv_I8 : OpCodes.Conv_U8);
        }

        _frame.Operands.Push(type, nesting + 1);
    }

    private void EmitStore(in Instruction instruction)
    {
        var (type, bytes) = OpcodeTable.Access(instruction.Opcode);
        var value = _frame.Scratch(ClrTypes.Of(type));
        _frame.Operands.Take(2);
        Il.Emit(OpCodes.Stloc, value);
        EmitAddress(instruction.Second, bytes);
        Il.Emit(OpCodes.Ldloc, value);
        if (type == WasmValueType.I64 && bytes < sizeof(long))
            Il.Emit(OpCodes.Conv_I4);

        EmitUnaligned(bytes);
        Il.Emit((type, bytes) switch
        {
            (WasmValueType.F32, _) => OpCodes.Stind_R4,
            (WasmValueType.F64, _) => OpCodes.Stind_R8,
            (_, 1) => OpCodes.Stind_I1,
            (_, 2) => OpCodes.Stind_I2,
            (_, 4) => OpCodes.Stind_I4,
            _ => OpCodes.Stind_I8,
        });
    }

    // Takes the address from the stack and leaves a reference.
    private void EmitAddress(uint offset, int bytes)
    {
        var address = _frame.Scratch(typeof(nint));
        Il.Emit(OpCodes.Conv_U);
        if (offset + (long)bytes - 1 is var distance and > 0)
        {
            Il.Emit(OpCodes.Ldc_I8, distance);
            Il.Emit(OpCodes.Conv_I);
            Il.Emit(OpCodes.Add);
        }

        Il.Emit(OpCodes.Stloc, address);
        Il.Emit(OpCodes.Ldloc, _frame.Buffer);
        Il.Emit(OpCodes.Ldloc, address);
        Il.Emit(OpCodes.Ldelema, typeof(byte));
        if (bytes == 1)
            return;

        Il.Emit(OpCodes.Ldc_I4, bytes - 1);
        Il.Emit(OpCodes.Conv_I);
        Il.Emit(OpCodes.Sub);
    }

    private void EmitUnaligned(int bytes)
    {
        if (bytes > 1)
            Il.Emit(OpCodes.Unaligned, (byte)1);
    }
}
