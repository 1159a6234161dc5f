namespace WsPrism.Wasm;

/// <summary>The type of a global.</summary>
/// <param name="valueType">The type of its value.</param>
/// <param name="isMutable">Whether the value can change.</param>
public sealed class WasmGlobalType(WasmValueType valueType, bool isMutable) : WasmExternType
{
    /// <summary>The type of its value.</summary>
    public WasmValueType ValueType { get; } = valueType;

    /// <summary>Whether the value can change.</summary>
    public bool IsMutable { get; } = isMutable;
}
