namespace WsPrism.Wasm.Decoding;

/// <summary>One instruction with what follows it. Which fields mean something depends on the opcode.</summary>
internal struct Instruction
{
    public Opcode Opcode;

    /// <summary>The index of a local, label, function, type, segment or table; the alignment of a memory access; the type of <c>ref.null</c>.</summary>
    public uint Index;

    /// <summary>The second index, and the offset of a memory access.</summary>
    public uint Second;

    /// <summary>The bits of a constant; of a block its type: an index, or a negative number for a value type or none.</summary>
    public long Bits;
}
