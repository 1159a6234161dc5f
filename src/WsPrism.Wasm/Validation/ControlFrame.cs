using WsPrism.Wasm.Decoding;

namespace WsPrism.Wasm.Validation;

/// <summary>A block that the validator is in.</summary>
/// <param name="Opcode"><c>block</c>, <c>loop</c>, <c>if</c> or <c>else</c>.</param>
/// <param name="Type">What it takes and leaves.</param>
/// <param name="Height">Operands below it.</param>
/// <param name="Meter">The loop it is in or is, which pays for its instructions; 0 for the function.</param>
internal record struct ControlFrame(Opcode Opcode, BlockType Type, int Height, int Meter)
{
    /// <summary>The rest of the block cannot be reached: what it lacks in operands is taken as there.</summary>
    public bool IsUnreachable { get; set; }

    public readonly WasmValueType[] LabelTypes => Opcode == Opcode.Loop ? Type.Parameters : Type.Results;
}
