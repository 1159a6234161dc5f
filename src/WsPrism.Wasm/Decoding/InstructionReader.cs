namespace WsPrism.Wasm.Decoding;

/// <summary>
/// Reads the instructions of one body one after the other. The validator and the compiler both read through it. The lists of <c>br_table</c> and
/// <c>select</c> are in <see cref="List"/> until the next instruction.
/// </summary>
internal ref struct InstructionReader
{
    private readonly List<uint> _list;
    private ByteReader _reader;

    public InstructionReader(ByteReader reader, List<uint> list)
    {
        _reader = reader;
        _list = list;
    }

    public readonly List<uint> List => _list;

    public readonly int Offset => _reader.Offset;

    public readonly bool IsAtEnd => _reader.IsAtEnd;

    public readonly int Remaining => _reader.Remaining;

    public Instruction Next()
    {
        var instruction = new Instruction { Opcode = ReadOpcode() };
        switch (instruction.Opcode)
        {
            case Opcode.Block or Opcode.Loop or Opcode.If:
                instruction.Bits = ReadBlockType();
                break;
            case Opcode.BrTable:
                ReadList();
                instruction.Index = _reader.U32();
                break;
            case Opcode.SelectTyped:
                ReadList();
                break;
            case Opcode.CallIndirect or Opcode.TableInit or Opcode.TableCopy:
                instruction.Index = _reader.U32();
                instruction.Second = _reader.U32();
                break;
            case Opcode.MemoryInit:
                instruction.Index = _reader.U32();
                ReadZero();
                break;
            case Opcode.MemoryCopy:
                ReadZero();
                ReadZero();
                break;
            case Opcode.MemorySize or Opcode.MemoryGrow or Opcode.MemoryFill:
                ReadZero();
                break;
            case Opcode.RefNull:
                instruction.Index = _reader.Byte();
                break;
            case Opcode.I32Const:
                instruction.Bits = _reader.S32();
                break;
            case Opcode.I64Const:
                instruction.Bits = _reader.S64();
                break;
            case Opcode.F32Const:
                instruction.Bits = _reader.F32Bits();
                break;
            case Opcode.F64Const:
                instruction.Bits = _reader.F64Bits();
                break;
            case >= Opcode.I32Load and <= Opcode.I64Store32:
                instruction.Index = _reader.U32();
                instruction.Second = _reader.U32();
                break;
            case Opcode.Br or Opcode.BrIf or Opcode.Call or Opcode.RefFunc or Opcode.DataDrop or Opcode.ElemDrop:
            case >= Opcode.LocalGet and <= Opcode.TableSet:
            case >= Opcode.TableGrow and <= Opcode.TableFill:
                instruction.Index = _reader.U32();
                break;
        }

        return instruction;
    }

    public readonly WasmFormatException Fail(string message) => _reader.Fail(message);

    private Opcode ReadOpcode()
    {
        var first = _reader.Byte();
        var opcode = (Opcode)first;
        if (first == 0xFC)
        {
            var second = _reader.U32();
            opcode = (Opcode)(0xFC00 | Math.Min(second, 0xFF));
        }

        return OpcodeTable.IsKnown(opcode) ? opcode : throw Fail("illegal opcode");
    }

    // A value type is one byte; the number that it also is could be written with more.
    private long ReadBlockType()
    {
        var start = _reader.Offset;
        var type = _reader.S33();
        return type >= 0 || _reader.Offset == start + 1 ? type : throw Fail("malformed block type");
    }

    // Where a later version has the index of a memory, this one has a byte that is nought.
    private void ReadZero()
    {
        if (_reader.Byte() != 0)
            throw Fail("zero byte expected");
    }

    private void ReadList()
    {
        _list.Clear();
        for (var count = _reader.Count(ModuleBounds.FunctionBytes, "entries"); count > 0; count--)
            _list.Add(_reader.U32());
    }
}
