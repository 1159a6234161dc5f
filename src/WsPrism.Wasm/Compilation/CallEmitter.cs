using System.Reflection;
using System.Reflection.Emit;
using WsPrism.Wasm.Decoding;
using WsPrism.Wasm.Runtime;

namespace WsPrism.Wasm.Compilation;

/// <summary>Calls: of functions of the module directly, of others by the pointer in their object, which is called with their target last.</summary>
internal sealed class CallEmitter
{
    private readonly MethodFrame _frame;
    private readonly MethodInfo[] _methods;

    public CallEmitter(MethodFrame frame, MethodInfo[] methods)
    {
        _frame = frame;
        _methods = methods;
    }

    private ILGenerator Il => _frame.Il;

    public void Emit(in Instruction instruction)
    {
        if (instruction.Opcode == Opcode.CallIndirect)
            EmitIndirect((int)instruction.Index, (int)instruction.Second);
        else
            EmitDirect((int)instruction.Index);
    }

    private void EmitDirect(int index)
    {
        var type = _frame.Module.Functions[index];
        TakeArguments(type);
        if (index < _frame.Module.ImportedFunctions)
        {
            var function = _frame.Scratch(typeof(WasmFunction));
            _frame.LoadInstance();
            Il.Emit(OpCodes.Ldfld, Members.InstanceFunctions);
            Il.Emit(OpCodes.Ldc_I4, index);
            Il.Emit(OpCodes.Ldelem_Ref);
            Il.Emit(OpCodes.Stloc, function);
            EmitPointerCall(function, type);
        }
        else
        {
            _frame.LoadInstance();
            Il.Emit(OpCodes.Call, _methods[index - _frame.Module.ImportedFunctions]);
        }

        PushResults(type);
    }

    private void EmitIndirect(int typeIndex, int table)
    {
        var type = _frame.Module.Types[typeIndex];
        var function = _frame.Scratch(typeof(WasmFunction));
        _frame.Operands.Take(1);
        Il.Emit(OpCodes.Ldc_I4, table);
        Il.Emit(OpCodes.Ldc_I4, typeIndex);
        _frame.LoadInstance();
        Il.Emit(OpCodes.Call, Members.Table(nameof(TableInstructions.Resolve)));
        Il.Emit(OpCodes.Stloc, function);
        TakeArguments(type);
        EmitPointerCall(function, type);
        PushResults(type);
    }

    private void TakeArguments(WasmFunctionType type)
    {
        // Several results go straight into slots, and nothing may be on the stack below them.
        if (type.Results.Length > 1)
            _frame.Operands.Flush();

        _frame.Operands.Take(type.Parameters.Length);
        _frame.BeforeCall();
    }

    private void EmitPointerCall(LocalBuilder function, WasmFunctionType type)
    {
        Il.Emit(OpCodes.Ldloc, function);
        Il.Emit(OpCodes.Ldfld, Members.FunctionTarget);
        Il.Emit(OpCodes.Ldloc, function);
        Il.Emit(OpCodes.Ldfld, Members.FunctionCode);
        Il.EmitCalli(OpCodes.Calli, CallingConventions.Standard, ClrTypes.Result(type.Results), ClrTypes.Parameters(type, typeof(object)), null);
    }

    private void PushResults(WasmFunctionType type)
    {
        var results = type.Results;
        if (results.Length == 1)
        {
            _frame.AfterCall();
            _frame.Operands.Push(results[0]);
            return;
        }

        if (results.Length > 1)
        {
            var tuple = _frame.Scratch(ClrTypes.Result(results));
            Il.Emit(OpCodes.Stloc, tuple);
            for (var index = 0; index < results.Length; index++)
            {
                TupleEmitter.LoadItem(Il, tuple, index);
                Il.Emit(OpCodes.Stloc, _frame.Operands.Slot(_frame.Operands.Height + index, results[index]));
            }

            _frame.Operands.PushSlots(results);
        }

        _frame.AfterCall();
    }
}
