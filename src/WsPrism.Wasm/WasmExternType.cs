namespace WsPrism.Wasm;

/// <summary>What a module imports or exports: a function, a table, a memory or a global.</summary>
public abstract class WasmExternType
{
    private protected WasmExternType()
    {
    }
}

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
