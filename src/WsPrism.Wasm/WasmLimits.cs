namespace WsPrism.Wasm;

/// <summary>What the instances of one <see cref="WasmStore"/> may use together.</summary>
public sealed record WasmLimits
{
    /// <summary>Bytes of all memories. A module that wants more at the start is not instantiated, and growing beyond fails as the specification says.</summary>
    public long MemoryBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Elements of all tables.</summary>
    public int TableElements { get; init; } = 100_000;

    /// <summary>Calls within calls. Where the host's stack ends before, a call traps all the same.</summary>
    public int CallDepth { get; init; } = 1_000;

    /// <summary>
    /// The fuel that a store begins with, before its host sets <see cref="WasmStore.Fuel"/>: what making an instance may use, its start function above all.
    /// </summary>
    public long Fuel { get; init; } = long.MaxValue;
}
