namespace WsPrism.Wasm;

/// <summary>Something that an instance of a module gives.</summary>
/// <param name="Name">Its name, unique in the module.</param>
/// <param name="Type">What it is.</param>
public sealed record WasmExport(string Name, WasmExternType Type)
{
    internal int Index { get; init; }
}
