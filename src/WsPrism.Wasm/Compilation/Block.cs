using System.Reflection.Emit;
using WsPrism.Wasm.Decoding;

namespace WsPrism.Wasm.Compilation;

/// <summary>A block that the compiler is in.</summary>
internal sealed class Block(Opcode opcode, BlockType type, int height, Label target)
{
    public Opcode Opcode { get; set; } = opcode;

    public BlockType Type { get; } = type;

    /// <summary>Operands below it.</summary>
    public int Height { get; } = height;

    /// <summary>Where a branch to it goes: the head of a loop, else the end.</summary>
    public Label Target { get; } = target;

    /// <summary>Where an <c>if</c> goes that is false.</summary>
    public Label Else { get; init; }

    /// <summary>Something jumps to its end.</summary>
    public bool IsEndReached { get; set; }

    /// <summary>What a branch to it brings.</summary>
    public WasmValueType[] LabelTypes => Opcode == Opcode.Loop ? Type.Parameters : Type.Results;
}
