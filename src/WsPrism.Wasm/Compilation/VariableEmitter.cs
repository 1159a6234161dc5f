using System.Reflection.Emit;
using WsPrism.Wasm.Decoding;
using WsPrism.Wasm.Runtime;

namespace WsPrism.Wasm.Compilation;

/// <summary>Constants, locals, globals, references, tables, and the choice between two operands.</summary>
internal sealed class VariableEmitter
{
    private readonly MethodFrame _frame;

    public VariableEmitter(MethodFrame frame)
    {
        _frame = frame;
    }

    private ILGenerator Il => _frame.Il;

    private OperandStack Operands => _frame.Operands;

    public void Emit(in Instruction instruction)
    {
        var index = (int)instruction.Index;
        switch (instruction.Opcode)
        {
            case Opcode.Drop:
                Operands.Take(1);
                Il.Emit(OpCodes.Pop);
                break;
            case Opcode.Select or Opcode.SelectTyped:
                EmitSelect();
                break;
            case Opcode.LocalGet:
                _frame.LoadLocal(index);
                Operands.Push(_frame.Body.Locals[index]);
                break;
            case Opcode.LocalSet:
                Operands.Take(1);
                _frame.StoreLocal(index);
                break;
            case Opcode.LocalTee:
                Operands.Take(1);
                _frame.StoreLocal(index);
                _frame.LoadLocal(index);
                Operands.Push(_frame.Body.Locals[index]);
                break;
            case Opcode.GlobalGet or Opcode.GlobalSet:
                EmitGlobal(instruction.Opcode, index);
                break;
            case Opcode.RefNull:
                Il.Emit(OpCodes.Ldnull);
                Operands.Push((WasmValueType)instruction.Index);
                break;
            case Opcode.RefIsNull:
                var nesting = Operands.Take(1);
                Il.Emit(OpCodes.Ldnull);
                Il.Emit(OpCodes.Ceq);
                Operands.Push(WasmValueType.I32, nesting + 1);
                break;
            case Opcode.RefFunc:
                _frame.LoadInstance();
                Il.Emit(OpCodes.Ldc_I4, index);
                Il.Emit(OpCodes.Call, Members.FunctionAt);
                Operands.Push(WasmValueType.FuncRef);
                break;
            case Opcode.I32Const or Opcode.I64Const or Opcode.F32Const or Opcode.F64Const:
                EmitConstant(instruction);
                break;
            default:
                EmitTable(instruction);
                break;
        }
    }

    // With everything in slots the second operand may replace the first, which the JIT can do without a jump.
    private void EmitSelect()
    {
        Operands.Flush();
        Operands.Take(1);
        var type = Operands.Top;
        var keep = Il.DefineLabel();
        Il.Emit(OpCodes.Brtrue, keep);
        Il.Emit(OpCodes.Ldloc, Operands.Slot(Operands.Height - 1, type));
        Il.Emit(OpCodes.Stloc, Operands.Slot(Operands.Height - 2, type));
        Il.MarkLabel(keep);
        Operands.Truncate(Operands.Height - 1);
    }

    private void EmitGlobal(Opcode opcode, int index)
    {
        var type = _frame.Module.Globals[index].ValueType;
        var isReference = TypeDecoder.IsReference(type);
        if (opcode == Opcode.GlobalGet)
        {
            LoadGlobal(index);
            Il.Emit(isReference ? OpCodes.Ldfld : OpCodes.Ldflda, isReference ? Members.GlobalReference : Members.GlobalBits);
            if (!isReference)
                Il.Emit(Load(type));

            Operands.Push(type);
            return;
        }

        var value = _frame.Scratch(ClrTypes.Of(type));
        Operands.Take(1);
        Il.Emit(OpCodes.Stloc, value);
        LoadGlobal(index);
        if (!isReference)
            Il.Emit(OpCodes.Ldflda, Members.GlobalBits);

        Il.Emit(OpCodes.Ldloc, value);
        if (isReference)
            Il.Emit(OpCodes.Stfld, Members.GlobalReference);
        else
            Il.Emit(Store(type));
    }

    private void LoadGlobal(int index)
    {
        _frame.LoadInstance();
        Il.Emit(OpCodes.Ldfld, Members.InstanceGlobals);
        Il.Emit(OpCodes.Ldc_I4, index);
        Il.Emit(OpCodes.Ldelem_Ref);
    }

    private static OpCode Load(WasmValueType type) => type switch
    {
        WasmValueType.I32 => OpCodes.Ldind_I4,
        WasmValueType.I64 => OpCodes.Ldind_I8,
        WasmValueType.F32 => OpCodes.Ldind_R4,
        _ => OpCodes.Ldind_R8,
    };

    private static OpCode Store(WasmValueType type) => type switch
    {
        WasmValueType.I32 => OpCodes.Stind_I4,
        WasmValueType.I64 => OpCodes.Stind_I8,
        WasmValueType.F32 => OpCodes.Stind_R4,
        _ => OpCodes.Stind_R8,
    };

    private void EmitConstant(in Instruction instruction)
    {
        switch (instruction.Opcode)
        {
            case Opcode.I32Const:
                Il.Emit(OpCodes.Ldc_I4, (int)instruction.Bits);
                Operands.Push(WasmValueType.I32);
                break;
            case Opcode.I64Const:
                Il.Emit(OpCodes.Ldc_I8, instruction.Bits);
                Operands.Push(WasmValueType.I64);
                break;
            case Opcode.F32Const:
                EmitSingle((int)instruction.Bits);
                Operands.Push(WasmValueType.F32);
                break;
            default:
                EmitDouble(instruction.Bits);
                Operands.Push(WasmValueType.F64);
                break;
        }
    }

    private void EmitSingle(int bits)
    {
        var value = BitConverter.Int32BitsToSingle(bits);
        if (float.IsNaN(value))
        {
            Il.Emit(OpCodes.Ldc_I4, bits);
            Il.Emit(OpCodes.Call, Members.SingleConstant);
        }
        else if (Members.HiddenConstant(value) is { } field)
        {
            _frame.LoadStore();
            Il.Emit(OpCodes.Ldfld, field);
        }
        else
        {
            Il.Emit(OpCodes.Ldc_R4, value);
        }
    }

    private void EmitDouble(long bits)
    {
        var value = BitConverter.Int64BitsToDouble(bits);
        if (double.IsNaN(value))
        {
            Il.Emit(OpCodes.Ldc_I8, bits);
            Il.Emit(OpCodes.Call, Members.DoubleConstant);
        }
        else if (Members.HiddenConstant(value) is { } field)
        {
            _frame.LoadStore();
            Il.Emit(OpCodes.Ldfld, field);
        }
        else
        {
            Il.Emit(OpCodes.Ldc_R8, value);
        }
    }

    private void EmitTable(in Instruction instruction)
    {
        switch (instruction.Opcode)
        {
            case Opcode.TableGet:
                CallTable(nameof(TableInstructions.Get), 1, instruction.Index);
                Operands.Push(_frame.Module.Tables[(int)instruction.Index].ElementType);
                break;
            case Opcode.TableSet:
                CallTable(nameof(TableInstructions.Set), 2, instruction.Index);
                break;
            case Opcode.TableSize:
                CallTable(nameof(TableInstructions.Size), 0, instruction.Index);
                Operands.Push(WasmValueType.I32);
                break;
            case Opcode.TableGrow:
                CallTable(nameof(TableInstructions.Grow), 2, instruction.Index);
                Operands.Push(WasmValueType.I32);
                break;
            case Opcode.TableFill:
                CallTable(nameof(TableInstructions.Fill), 3, instruction.Index);
                break;
            case Opcode.TableCopy:
                CallTable(nameof(TableInstructions.Copy), 3, instruction.Index, instruction.Second);
                break;
            case Opcode.TableInit:
                CallTable(nameof(TableInstructions.Init), 3, instruction.Index, instruction.Second);
                break;
            default:
                CallTable(nameof(TableInstructions.Drop), 0, instruction.Index);
                break;
        }
    }

    private void CallTable(string name, int operands, uint first, uint? second = null)
    {
        Operands.Take(operands);
        Il.Emit(OpCodes.Ldc_I4, (int)first);
        if (second is { } index)
            Il.Emit(OpCodes.Ldc_I4, (int)index);

        _frame.BeforeCall();
        _frame.LoadInstance();
        Il.Emit(OpCodes.Call, Members.Table(name));
        _frame.AfterCall();
    }
}
