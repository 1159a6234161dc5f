using System.Reflection;
using System.Reflection.Emit;
using WsPrism.Wasm.Decoding;

namespace WsPrism.Wasm.Compilation;

/// <summary>Turns the instructions of one function, which have been validated, into the IL of one method.</summary>
internal sealed class FunctionCompiler
{
    private readonly MethodFrame _frame;
    private readonly ControlEmitter _control;
    private readonly CallEmitter _calls;
    private readonly AccessEmitter _access;
    private readonly VariableEmitter _variables;

    private FunctionCompiler(ILGenerator il, ModuleData module, WasmFunctionType type, FunctionBody body, MethodInfo[] methods)
    {
        _frame = new MethodFrame(il, module, type, body);
        _control = new ControlEmitter(_frame, type);
        _calls = new CallEmitter(_frame, methods);
        _access = new AccessEmitter(_frame);
        _variables = new VariableEmitter(_frame);
    }

    /// <param name="il">Of the method.</param>
    /// <param name="module">What the function is of.</param>
    /// <param name="type">Its type.</param>
    /// <param name="body">Its code.</param>
    /// <param name="methods">What the functions of the module become, in their order, without those imported.</param>
    public static void Compile(ILGenerator il, ModuleData module, WasmFunctionType type, FunctionBody body, MethodInfo[] methods) =>
        new FunctionCompiler(il, module, type, body, methods).Compile();

    private void Compile()
    {
        _frame.EmitStart();
        var reader = new InstructionReader(new ByteReader(_frame.Body.Code, _frame.Body.Offset), []);
        while (!reader.IsAtEnd)
        {
            var instruction = reader.Next();
            if (!_control.Skip(instruction.Opcode))
                Emit(instruction, reader.List);
        }

        _frame.EmitEnd(_control.IsReachable);
    }

    private void Emit(in Instruction instruction, List<uint> list)
    {
        if (OpcodeTable.TryGetNumeric(instruction.Opcode, out var numeric))
        {
            var nesting = _frame.Operands.Take(numeric.Operands);
            NumericEmitter.Emit(_frame.Il, instruction.Opcode);
            if (instruction.Opcode == Opcode.F64PromoteF32)
                EmitQuiet();

            _frame.Operands.Push(numeric.Result, nesting + 1);
            return;
        }

        switch (instruction.Opcode)
        {
            case Opcode.Nop:
                break;
            case Opcode.Unreachable or Opcode.Block or Opcode.Loop or Opcode.If or Opcode.Else or Opcode.End:
            case Opcode.Br or Opcode.BrIf or Opcode.BrTable or Opcode.Return:
                _control.Emit(instruction, list);
                break;
            case Opcode.Call or Opcode.CallIndirect:
                _calls.Emit(instruction);
                break;
            case >= Opcode.I32Load and <= Opcode.MemoryGrow or Opcode.MemoryInit or Opcode.DataDrop or Opcode.MemoryCopy or Opcode.MemoryFill:
                _access.Emit(instruction);
                break;
            default:
                _variables.Emit(instruction);
                break;
        }
    }

    // The JIT leaves out a conversion there and back, but what is not a number has to come back quiet: so times one, which it cannot see.
    private void EmitQuiet()
    {
        _frame.LoadStore();
        _frame.Il.Emit(OpCodes.Ldfld, Members.DoubleOne);
        _frame.Il.Emit(OpCodes.Mul);
    }
}
