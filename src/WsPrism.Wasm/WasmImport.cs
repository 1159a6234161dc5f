namespace WsPrism.Wasm;

/// <summary>Something that a module wants to be given.</summary>
/// <param name="Module">The first half of its name.</param>
/// <param name="Name">The second half.</param>
/// <param name="Type">What it must be.</param>
public sealed record WasmImport(string Module, string Name, WasmExternType Type);
