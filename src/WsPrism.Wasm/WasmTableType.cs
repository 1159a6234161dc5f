namespace WsPrism.Wasm;

/// <summary>The type of a table.</summary>
/// <param name="elementType"><see cref="WasmValueType.FuncRef"/> or <see cref="WasmValueType.ExternRef"/>.</param>
/// <param name="minimum">Elements at the start.</param>
/// <param name="maximum">Elements it may grow to; null: as many as the limits allow.</param>
public sealed class WasmTableType(WasmValueType elementType, uint minimum, uint? maximum) : WasmExternType
{
    /// <summary>The type of each element.</summary>
    public WasmValueType ElementType { get; } = elementType;

    /// <summary>Elements at the start.</summary>
    public uint Minimum { get; } = minimum;

    /// <summary>Elements it may grow to; null: as many as the limits allow.</summary>
    public uint? Maximum { get; } = maximum;
}
