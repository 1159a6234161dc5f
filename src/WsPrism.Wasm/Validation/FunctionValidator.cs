using WsPrism.Wasm.Decoding;

namespace WsPrism.Wasm.Validation;

/// <summary>
/// Validates the code of functions, one after the other, and writes down on the way what the compiler wants to know beforehand. Used by one thread.
/// </summary>
internal sealed class FunctionValidator
{
    private readonly ModuleData _module;
    private readonly OperandTypes _operands = new();
    private readonly StorageValidator _storage;
    private readonly List<uint> _list = [];
    private readonly List<int> _costs = [];
    private FunctionBody _body = null!;
    private WasmFunctionType _type = null!;

    public FunctionValidator(ModuleData module)
    {
        _module = module;
        _storage = new StorageValidator(module, _operands);
    }

    public void Validate(WasmFunctionType type, FunctionBody body)
    {
        _type = type;
        _body = body;
        _operands.Clear();
        _costs.Clear();
        _costs.Add(1);
        _operands.Enter(Opcode.Block, new BlockType([], type.Results.ToArray()), meter: 0);
        var reader = new InstructionReader(new ByteReader(body.Code, body.Offset), _list);
        var offset = body.Offset;
        try
        {
            while (_operands.Depth > 0)
            {
                offset = reader.Offset;
                Validate(reader.Next());
            }
        }
        catch (ValidationException fault)
        {
            throw new WasmFormatException(offset, fault.Message);
        }

        if (!reader.IsAtEnd)
            throw reader.Fail("section size mismatch");

        // Locals are cleared at the start, four of them in about the time of an instruction.
        body.EntryCost = _costs[0] + (body.Locals.Length / 4);
        body.LoopCosts = [.. _costs.Skip(1)];
    }

    private void Validate(in Instruction instruction)
    {
        _costs[_operands.Innermost.Meter]++;
        _body.Weight++;
        if (OpcodeTable.TryGetNumeric(instruction.Opcode, out var numeric))
        {
            for (var count = numeric.Operands; count > 0; count--)
                _operands.Pop(numeric.Operand);

            _operands.Push(numeric.Result);
            return;
        }

        switch (instruction.Opcode)
        {
            case Opcode.Unreachable:
                _operands.SetUnreachable();
                break;
            case Opcode.Nop:
                break;
            case Opcode.Block or Opcode.Loop or Opcode.If or Opcode.Else or Opcode.End:
                ValidateBlock(instruction);
                break;
            case Opcode.Br or Opcode.BrIf or Opcode.BrTable or Opcode.Return:
                ValidateBranch(instruction);
                break;
            case Opcode.Call:
                _body.HasCalls = true;
                Call(_module.Functions[OperandTypes.Index(instruction.Index, _module.Functions.Count, "function")]);
                break;
            case Opcode.CallIndirect:
                _body.HasCalls = true;
                _storage.RequireTable(instruction.Second, WasmValueType.FuncRef);
                _operands.Pop(WasmValueType.I32);
                Call(_module.Types[OperandTypes.Index(instruction.Index, _module.Types.Length, "type")]);
                break;
            case Opcode.Drop or Opcode.Select or Opcode.SelectTyped:
                ValidateParametric(instruction);
                break;
            case >= Opcode.LocalGet and <= Opcode.GlobalSet:
                ValidateVariable(instruction);
                break;
            case Opcode.TableGet or Opcode.TableSet or Opcode.TableInit or Opcode.ElemDrop or Opcode.TableCopy or Opcode.TableGrow or Opcode.TableSize or Opcode.TableFill:
                _storage.ValidateTable(instruction);
                break;
            case >= Opcode.I32Load and <= Opcode.MemoryGrow or Opcode.MemoryInit or Opcode.DataDrop or Opcode.MemoryCopy or Opcode.MemoryFill:
                _body.UsesMemory |= _storage.ValidateMemory(instruction);
                break;
            default:
                ValidateConstant(instruction);
                break;
        }
    }

    private void ValidateBlock(in Instruction instruction)
    {
        switch (instruction.Opcode)
        {
            case Opcode.Block or Opcode.If:
                Enter(instruction, _operands.Innermost.Meter);
                break;
            case Opcode.Loop:
                _costs.Add(0);
                Enter(instruction, _costs.Count - 1);
                break;
            case Opcode.Else:
                var then = _operands.Leave();
                if (then.Opcode != Opcode.If)
                    throw new ValidationException("else without if");

                _operands.Enter(Opcode.Else, then.Type, then.Meter);
                break;
            default:
                var block = _operands.Leave();
                if (block.Opcode == Opcode.If && !block.Type.Parameters.AsSpan().SequenceEqual(block.Type.Results))
                    throw new ValidationException("type mismatch");

                if (_operands.Depth > 0)
                    _operands.Push(block.Type.Results);

                break;
        }
    }

    private void Enter(in Instruction instruction, int meter)
    {
        if (instruction.Opcode == Opcode.If)
            _operands.Pop(WasmValueType.I32);

        if (!BlockTypes.TryGet(_module, instruction.Bits, out var type))
            throw new ValidationException("unknown type");

        _operands.Pop(type.Parameters);
        _operands.Enter(instruction.Opcode, type, meter);
    }

    private void ValidateBranch(in Instruction instruction)
    {
        switch (instruction.Opcode)
        {
            case Opcode.Br:
                _operands.Pop(_operands.Label(instruction.Index).LabelTypes);
                _operands.SetUnreachable();
                break;
            case Opcode.BrIf:
                _operands.Pop(WasmValueType.I32);
                var types = _operands.Label(instruction.Index).LabelTypes;
                _operands.Pop(types);
                _operands.Push(types);
                break;
            case Opcode.BrTable:
                ValidateBranchTable(instruction.Index);
                break;
            default:
                _operands.Pop(_type.Results);
                _operands.SetUnreachable();
                break;
        }
    }

    private void ValidateBranchTable(uint otherwise)
    {
        _body.Weight += _list.Count;
        _operands.Pop(WasmValueType.I32);
        var types = _operands.Label(otherwise).LabelTypes;
        Span<WasmValueType> popped = stackalloc WasmValueType[ModuleBounds.Parameters + 1];
        foreach (var label in _list)
        {
            var others = _operands.Label(label).LabelTypes;
            if (others.Length != types.Length)
                throw new ValidationException("type mismatch");

            // What is there must fit each label, and stays as it is.
            for (var index = others.Length - 1; index >= 0; index--)
                popped[index] = _operands.Pop(others[index]);

            _operands.Push(popped[..others.Length]);
        }

        _operands.Pop(types);
        _operands.SetUnreachable();
    }

    private void Call(WasmFunctionType type)
    {
        _body.Weight += type.Parameters.Length + type.Results.Length;
        _operands.Pop(type.Parameters);
        _operands.Push(type.Results);
    }

    private void ValidateParametric(in Instruction instruction)
    {
        if (instruction.Opcode == Opcode.Drop)
        {
            _operands.Pop();
            return;
        }

        _operands.Pop(WasmValueType.I32);
        if (instruction.Opcode == Opcode.SelectTyped)
        {
            if (_list.Count != 1)
                throw new ValidationException("invalid result arity");

            var type = TypeDecoder.TryValue((byte)Math.Min(_list[0], byte.MaxValue)) ?? throw new ValidationException("malformed value type");
            _operands.Pop(type);
            _operands.Pop(type);
            _operands.Push(type);
            return;
        }

        var second = _operands.Pop();
        var first = _operands.Pop();
        if (TypeDecoder.IsReference(first) || TypeDecoder.IsReference(second) || (first != second && first != OperandTypes.Unknown && second != OperandTypes.Unknown))
            throw new ValidationException("type mismatch");

        _operands.Push(first == OperandTypes.Unknown ? second : first);
    }

    private void ValidateVariable(in Instruction instruction)
    {
        if (instruction.Opcode is Opcode.GlobalGet or Opcode.GlobalSet)
        {
            var global = _module.Globals[OperandTypes.Index(instruction.Index, _module.Globals.Count, "global")];
            if (instruction.Opcode == Opcode.GlobalGet)
                _operands.Push(global.ValueType);
            else if (global.IsMutable)
                _operands.Pop(global.ValueType);
            else
                throw new ValidationException("global is immutable");

            return;
        }

        var local = _body.Locals[OperandTypes.Index(instruction.Index, _body.Locals.Length, "local")];
        if (instruction.Opcode != Opcode.LocalGet)
            _operands.Pop(local);

        if (instruction.Opcode != Opcode.LocalSet)
            _operands.Push(local);
    }

    private void ValidateConstant(in Instruction instruction)
    {
        switch (instruction.Opcode)
        {
            case Opcode.I32Const:
                _operands.Push(WasmValueType.I32);
                break;
            case Opcode.I64Const:
                _operands.Push(WasmValueType.I64);
                break;
            case Opcode.F32Const:
                _operands.Push(WasmValueType.F32);
                break;
            case Opcode.F64Const:
                _operands.Push(WasmValueType.F64);
                break;
            case Opcode.RefNull:
                var type = TypeDecoder.TryValue((byte)instruction.Index) ?? throw new ValidationException("malformed reference type");
                _operands.Push(TypeDecoder.IsReference(type) ? type : throw new ValidationException("malformed reference type"));
                break;
            case Opcode.RefIsNull:
                var reference = _operands.Pop();
                if (reference != OperandTypes.Unknown && !TypeDecoder.IsReference(reference))
                    throw new ValidationException("type mismatch");

                _operands.Push(WasmValueType.I32);
                break;
            case Opcode.RefFunc:
                if (!_module.Referenced.Contains(OperandTypes.Index(instruction.Index, _module.Functions.Count, "function")))
                    throw new ValidationException("undeclared function reference");

                _operands.Push(WasmValueType.FuncRef);
                break;
            default:
                throw new ValidationException("illegal opcode");
        }
    }
}
