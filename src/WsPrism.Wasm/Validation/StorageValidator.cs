using WsPrism.Wasm.Decoding;

namespace WsPrism.Wasm.Validation;

/// <summary>The part of <see cref="FunctionValidator"/> for tables and memories.</summary>
internal sealed class StorageValidator
{
    private readonly ModuleData _module;
    private readonly OperandTypes _operands;

    public StorageValidator(ModuleData module, OperandTypes operands)
    {
        _module = module;
        _operands = operands;
    }

    public void RequireTable(uint index, WasmValueType type)
    {
        if (_module.Tables[OperandTypes.Index(index, _module.Tables.Count, "table")].ElementType != type)
            throw new ValidationException("type mismatch");
    }

    public void ValidateTable(in Instruction instruction)
    {
        if (instruction.Opcode == Opcode.ElemDrop)
        {
            OperandTypes.Index(instruction.Index, _module.Elements.Count, "elem segment");
            return;
        }

        var table = instruction.Opcode == Opcode.TableInit ? instruction.Second : instruction.Index;
        var type = _module.Tables[OperandTypes.Index(table, _module.Tables.Count, "table")].ElementType;
        switch (instruction.Opcode)
        {
            case Opcode.TableGet:
                _operands.Pop(WasmValueType.I32);
                _operands.Push(type);
                break;
            case Opcode.TableSet:
                _operands.Pop(type);
                _operands.Pop(WasmValueType.I32);
                break;
            case Opcode.TableGrow:
                _operands.Pop(WasmValueType.I32);
                _operands.Pop(type);
                _operands.Push(WasmValueType.I32);
                break;
            case Opcode.TableSize:
                _operands.Push(WasmValueType.I32);
                break;
            case Opcode.TableFill:
                _operands.Pop(WasmValueType.I32);
                _operands.Pop(type);
                _operands.Pop(WasmValueType.I32);
                break;
            case Opcode.TableCopy:
                RequireTable(instruction.Second, type);
                PopThree();
                break;
            default:
                if (_module.Elements[OperandTypes.Index(instruction.Index, _module.Elements.Count, "elem segment")].Type != type)
                    throw new ValidationException("type mismatch");

                PopThree();
                break;
        }
    }

    /// <summary>True: it needs the memory, not only a segment.</summary>
    public bool ValidateMemory(in Instruction instruction)
    {
        if (instruction.Opcode is Opcode.MemoryInit or Opcode.DataDrop)
        {
            if (_module.DataCount is not { } count)
                throw new ValidationException("data count section required");

            OperandTypes.Index(instruction.Index, count, "data segment");
            if (instruction.Opcode == Opcode.DataDrop)
                return false;
        }

        if (_module.Memories.Count == 0)
            throw new ValidationException("unknown memory 0");

        switch (instruction.Opcode)
        {
            case Opcode.MemorySize:
                _operands.Push(WasmValueType.I32);
                break;
            case Opcode.MemoryGrow:
                _operands.Pop(WasmValueType.I32);
                _operands.Push(WasmValueType.I32);
                break;
            case Opcode.MemoryInit or Opcode.MemoryCopy or Opcode.MemoryFill:
                PopThree();
                break;
            default:
                ValidateAccess(instruction);
                break;
        }

        return true;
    }

    private void ValidateAccess(in Instruction instruction)
    {
        var (type, bytes) = OpcodeTable.Access(instruction.Opcode);
        if (instruction.Index > 3 || 1 << (int)instruction.Index > bytes)
            throw new ValidationException("alignment must not be larger than natural");

        var isStore = instruction.Opcode >= Opcode.I32Store;
        if (isStore)
            _operands.Pop(type);

        _operands.Pop(WasmValueType.I32);
        if (!isStore)
            _operands.Push(type);
    }

    private void PopThree()
    {
        _operands.Pop(WasmValueType.I32);
        _operands.Pop(WasmValueType.I32);
        _operands.Pop(WasmValueType.I32);
    }
}
