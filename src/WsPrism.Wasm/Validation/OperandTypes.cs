using WsPrism.Wasm.Decoding;

namespace WsPrism.Wasm.Validation;

/// <summary>The types of the operands at one point of a function, and the blocks around it: the algorithm of the specification's appendix.</summary>
internal sealed class OperandTypes
{
    /// <summary>The type of an operand that unreachable code takes from nowhere: any.</summary>
    public const WasmValueType Unknown = 0;

    private readonly List<WasmValueType> _operands = [];
    private readonly List<ControlFrame> _frames = [];

    public int Depth => _frames.Count;

    public ControlFrame Innermost => _frames[^1];

    public static int Index(uint index, int count, string what) =>
        index < (uint)count ? (int)index : throw new ValidationException($"unknown {what} {index}");

    public void Clear()
    {
        _operands.Clear();
        _frames.Clear();
    }

    public ControlFrame Label(uint depth) =>
        depth < (uint)_frames.Count ? _frames[_frames.Count - 1 - (int)depth] : throw new ValidationException("unknown label");

    public void Push(WasmValueType type)
    {
        if (_operands.Count >= ModuleBounds.Operands)
            throw new ValidationException($"more than {ModuleBounds.Operands} operands");

        _operands.Add(type);
    }

    public void Push(ReadOnlySpan<WasmValueType> types)
    {
        foreach (var type in types)
            Push(type);
    }

    public WasmValueType Pop()
    {
        var frame = _frames[^1];
        if (_operands.Count == frame.Height)
            return frame.IsUnreachable ? Unknown : throw new ValidationException("type mismatch");

        var type = _operands[^1];
        _operands.RemoveAt(_operands.Count - 1);
        return type;
    }

    public WasmValueType Pop(WasmValueType expected)
    {
        var actual = Pop();
        if (actual != expected && actual != Unknown && expected != Unknown)
            throw new ValidationException("type mismatch");

        return actual;
    }

    public void Pop(ReadOnlySpan<WasmValueType> types)
    {
        for (var index = types.Length - 1; index >= 0; index--)
            Pop(types[index]);
    }

    public void Enter(Opcode opcode, BlockType type, int meter)
    {
        if (_frames.Count >= ModuleBounds.Blocks)
            throw new ValidationException($"more than {ModuleBounds.Blocks} blocks within each other");

        _frames.Add(new ControlFrame(opcode, type, _operands.Count, meter));
        Push(type.Parameters);
    }

    public ControlFrame Leave()
    {
        var frame = _frames[^1];
        Pop(frame.Type.Results);
        if (_operands.Count != frame.Height)
            throw new ValidationException("type mismatch");

        _frames.RemoveAt(_frames.Count - 1);
        return frame;
    }

    public void SetUnreachable()
    {
        var frame = _frames[^1];
        _operands.RemoveRange(frame.Height, _operands.Count - frame.Height);
        _frames[^1] = frame with { IsUnreachable = true };
    }
}
