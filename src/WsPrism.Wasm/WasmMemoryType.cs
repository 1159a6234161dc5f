namespace WsPrism.Wasm;

/// <summary>The type of a memory, in pages of 65,536 bytes.</summary>
/// <param name="minimum">Pages at the start.</param>
/// <param name="maximum">Pages it may grow to; null: as many as the limits allow.</param>
public sealed class WasmMemoryType(uint minimum, uint? maximum) : WasmExternType
{
    /// <summary>Pages at the start.</summary>
    public uint Minimum { get; } = minimum;

    /// <summary>Pages it may grow to; null: as many as the limits allow.</summary>
    public uint? Maximum { get; } = maximum;
}
