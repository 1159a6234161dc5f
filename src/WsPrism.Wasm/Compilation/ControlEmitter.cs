using System.Reflection.Emit;
using WsPrism.Wasm.Decoding;
using WsPrism.Wasm.Runtime;

namespace WsPrism.Wasm.Compilation;

/// <summary>
/// Blocks and branches. Code that cannot be reached is validated but not compiled: from a branch on until the end of its block, blocks are only counted.
/// </summary>
internal sealed class ControlEmitter
{
    private readonly MethodFrame _frame;
    private readonly List<Block> _blocks = [];
    private int _loops;
    private int _unreachableBlocks;

    public ControlEmitter(MethodFrame frame, WasmFunctionType type)
    {
        _frame = frame;
        _blocks.Add(new Block(Opcode.Block, new BlockType([], type.Results.ToArray()), height: 0, frame.End));
    }

    /// <summary>The code from here on can be reached.</summary>
    public bool IsReachable { get; private set; } = true;

    private OperandStack Operands => _frame.Operands;

    private ILGenerator Il => _frame.Il;

    /// <summary>Follows the blocks in code that cannot be reached. True: the instruction is done with.</summary>
    public bool Skip(Opcode opcode)
    {
        if (IsReachable)
            return false;

        switch (opcode)
        {
            case Opcode.Block or Opcode.Loop or Opcode.If:
                _loops += opcode == Opcode.Loop ? 1 : 0;
                _unreachableBlocks++;
                return true;
            case Opcode.Else:
                return _unreachableBlocks > 0;
            case Opcode.End when _unreachableBlocks > 0:
                _unreachableBlocks--;
                return true;
            default:
                return opcode != Opcode.End;
        }
    }

    public void Emit(in Instruction instruction, List<uint> list)
    {
        switch (instruction.Opcode)
        {
            case Opcode.Block or Opcode.Loop or Opcode.If:
                Enter(instruction);
                break;
            case Opcode.Else:
                EmitElse();
                break;
            case Opcode.End:
                EmitEnd();
                break;
            case Opcode.Br:
                Branch(Label(instruction.Index));
                break;
            case Opcode.Return:
                Branch(_blocks[0]);
                break;
            case Opcode.BrIf:
                BranchIf(Label(instruction.Index));
                break;
            case Opcode.BrTable:
                BranchTable(list, instruction.Index);
                break;
            default:
                Il.Emit(OpCodes.Call, Members.Trap(nameof(Traps.Unreachable)));
                Il.Emit(OpCodes.Throw);
                Abandon();
                break;
        }
    }

    private Block Label(uint depth) => _blocks[_blocks.Count - 1 - (int)depth];

    private void Enter(in Instruction instruction)
    {
        BlockTypes.TryGet(_frame.Module, instruction.Bits, out var type);
        var otherwise = Il.DefineLabel();
        if (instruction.Opcode == Opcode.If)
        {
            EmptyStackBelowCondition();
            Il.Emit(OpCodes.Brfalse, otherwise);
        }
        else
        {
            Operands.Flush();
        }

        var block = new Block(instruction.Opcode, type, Operands.Height - type.Parameters.Length, Il.DefineLabel()) { Else = otherwise };
        _blocks.Add(block);
        if (instruction.Opcode == Opcode.Loop)
        {
            Il.MarkLabel(block.Target);
            _frame.ChargeLoop(_frame.Body.LoopCosts[_loops++]);
        }
    }

    private void EmitElse()
    {
        var block = _blocks[^1];
        if (IsReachable)
        {
            Operands.Flush();
            Il.Emit(OpCodes.Br, block.Target);
            block.IsEndReached = true;
        }

        Il.MarkLabel(block.Else);
        block.Opcode = Opcode.Else;
        Restart(block, block.Type.Parameters);
    }

    private void EmitEnd()
    {
        var block = _blocks[^1];
        _blocks.RemoveAt(_blocks.Count - 1);
        if (IsReachable)
            Operands.Flush();

        // An "if" without "else" has results like its parameters: they stay where they are.
        if (block.Opcode == Opcode.If)
            Il.MarkLabel(block.Else);

        if (_blocks.Count == 0)
        {
            IsReachable |= block.IsEndReached;
            return;
        }

        if (block.Opcode != Opcode.Loop)
            Il.MarkLabel(block.Target);

        if (IsReachable || block.Opcode == Opcode.If || (block.Opcode != Opcode.Loop && block.IsEndReached))
            Restart(block, block.Type.Results);
    }

    private void Restart(Block block, WasmValueType[] types)
    {
        Operands.Truncate(block.Height);
        Operands.PushSlots(types);
        IsReachable = true;
    }

    private void Branch(Block block)
    {
        Operands.Flush();
        Operands.CopyDown(block.Height, block.LabelTypes);
        Il.Emit(OpCodes.Br, block.Target);
        block.IsEndReached = true;
        Abandon();
    }

    private void BranchIf(Block block)
    {
        EmptyStackBelowCondition();
        block.IsEndReached = true;
        if (block.LabelTypes.Length == 0 || Operands.Height - block.LabelTypes.Length == block.Height)
        {
            Il.Emit(OpCodes.Brtrue, block.Target);
            return;
        }

        var stay = Il.DefineLabel();
        Il.Emit(OpCodes.Brfalse, stay);
        Operands.CopyDown(block.Height, block.LabelTypes);
        Il.Emit(OpCodes.Br, block.Target);
        Il.MarkLabel(stay);
    }

    private void BranchTable(List<uint> list, uint otherwise)
    {
        EmptyStackBelowCondition();

        // Where values have to move, each target is reached by way of a place that moves them.
        var ways = new Dictionary<uint, Label>();
        var targets = new Label[list.Count];
        for (var index = 0; index < targets.Length; index++)
            targets[index] = Way(list[index]);

        Il.Emit(OpCodes.Switch, targets);
        Il.Emit(OpCodes.Br, Way(otherwise));
        foreach (var (depth, way) in ways)
        {
            var block = Label(depth);
            if (way == block.Target)
                continue;

            Il.MarkLabel(way);
            Operands.CopyDown(block.Height, block.LabelTypes);
            Il.Emit(OpCodes.Br, block.Target);
        }

        Abandon();

        Label Way(uint depth)
        {
            if (!ways.TryGetValue(depth, out var way))
            {
                var block = Label(depth);
                block.IsEndReached = true;
                var stays = block.LabelTypes.Length == 0 || Operands.Height - block.LabelTypes.Length == block.Height;
                ways[depth] = way = stays ? block.Target : Il.DefineLabel();
            }

            return way;
        }
    }

    // The condition is on the stack of the IL, alone.
    private void EmptyStackBelowCondition()
    {
        if (Operands.OnStack != 1)
            Operands.Flush();

        Operands.Take(1);
    }

    private void Abandon()
    {
        Operands.Abandon();
        IsReachable = false;
    }
}
