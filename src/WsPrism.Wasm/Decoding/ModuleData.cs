namespace WsPrism.Wasm.Decoding;

/// <summary>What a binary module says, section by section. Imports come first in each list of things that have an index. Nothing changes it once it is validated.</summary>
internal sealed class ModuleData
{
    public WasmFunctionType[] Types { get; set; } = [];

    public List<WasmImport> Imports { get; } = [];

    public List<WasmFunctionType> Functions { get; } = [];

    public List<WasmTableType> Tables { get; } = [];

    public List<WasmMemoryType> Memories { get; } = [];

    public List<WasmGlobalType> Globals { get; } = [];

    public int ImportedFunctions { get; set; }

    public int ImportedTables { get; set; }

    public int ImportedMemories { get; set; }

    public int ImportedGlobals { get; set; }

    /// <summary>Of the globals that are not imported.</summary>
    public List<ConstantExpression> GlobalValues { get; } = [];

    public List<WasmExport> Exports { get; } = [];

    public int? Start { get; set; }

    public List<ElementSegment> Elements { get; } = [];

    public int? DataCount { get; set; }

    public List<FunctionBody> Bodies { get; } = [];

    public List<DataSegment> Data { get; } = [];

    /// <summary>The functions that references may be taken of: those named outside of code.</summary>
    public HashSet<int> Referenced { get; } = [];
}
