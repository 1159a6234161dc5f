using WsPrism.Wasm.Runtime;

namespace WsPrism.Wasm;

/// <summary>
/// A module with a memory, tables and globals of its own. It belongs to one thread at a time, as all of its store does: the host says which. Making one is
/// cheap beside compiling; one that is used again and again can be <see cref="Reset"/>.
/// </summary>
public sealed class WasmInstance
{
    // Fields, since compiled code reads them. Imports come first in each list.
    internal readonly WasmStore _store;
    internal readonly WasmFunctionType[] _types;
    internal readonly WasmFunction?[] _functions;
    internal readonly WasmTable[] _tables;
    internal readonly WasmGlobal[] _globals;
    internal readonly WasmMemory? _memory;

    private readonly Dictionary<string, WasmExport> _exports;

    /// <summary>Makes an instance and runs its start function.</summary>
    /// <param name="module">The module.</param>
    /// <param name="imports">What it may import.</param>
    /// <param name="limits">What it may use. It gets a store of its own.</param>
    /// <exception cref="WasmLinkException">An import is missing or of another type, or a memory or table is beyond the limits.</exception>
    /// <exception cref="WasmTrapException">A segment does not fit, or the start function trapped.</exception>
    public WasmInstance(WasmModule module, WasmImports? imports = null, WasmLimits? limits = null)
        : this(module, imports, new WasmStore(limits))
    {
    }

    /// <summary>Makes an instance in a store, to meet others there, and runs its start function.</summary>
    /// <param name="module">The module.</param>
    /// <param name="imports">What it may import.</param>
    /// <param name="store">Where it belongs, with the limits and the fuel.</param>
    /// <exception cref="WasmLinkException">An import is missing or of another type, or a memory or table is beyond the limits.</exception>
    /// <exception cref="WasmTrapException">A segment does not fit, or the start function trapped.</exception>
    public WasmInstance(WasmModule module, WasmImports? imports, WasmStore store)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(store);
        var data = module.Data;
        Module = module;
        _store = store;
        _types = data.Types;
        _functions = new WasmFunction?[data.Functions.Count];
        _tables = new WasmTable[data.Tables.Count];
        _globals = new WasmGlobal[data.Globals.Count];
        Elements = new object?[data.Elements.Count][];
        Data = new byte[data.Data.Count][];
        _exports = module.ExportsByName;

        Linker.Link(this, imports ?? new WasmImports(), out _memory);
        Initializer.Run(this);
    }

    /// <summary>What it is an instance of.</summary>
    public WasmModule Module { get; }

    /// <summary>How much may still be run; see <see cref="WasmStore.Fuel"/>. Set it before a call.</summary>
    public long Fuel { get => _store.Fuel; set => _store.Fuel = value; }

    // What the segments still have: dropped ones are empty.
    internal object?[][] Elements { get; }

    internal byte[][] Data { get; }

    /// <summary>An exported function; null where there is none of that name.</summary>
    public WasmFunction? FindFunction(string name) => Find(name) as WasmFunction;

    /// <summary>An exported memory; null where there is none of that name.</summary>
    public WasmMemory? FindMemory(string name) => Find(name) as WasmMemory;

    /// <summary>An exported table; null where there is none of that name.</summary>
    public WasmTable? FindTable(string name) => Find(name) as WasmTable;

    /// <summary>An exported global; null where there is none of that name.</summary>
    public WasmGlobal? FindGlobal(string name) => Find(name) as WasmGlobal;

    /// <summary>An exported function as a delegate, for calls that neither box nor allocate: <c>GetFunction&lt;Func&lt;int, int, long&gt;&gt;("f")</c>.</summary>
    /// <exception cref="ArgumentException">There is no such function, or it has other parameters or results.</exception>
    public TDelegate GetFunction<TDelegate>(string name)
        where TDelegate : Delegate =>
        Require(name).CreateDelegate<TDelegate>();

    /// <summary>Calls an exported function with boxed arguments; see <see cref="WasmFunction.Invoke"/>.</summary>
    /// <exception cref="ArgumentException">There is no such function, or the arguments are not its.</exception>
    /// <exception cref="WasmTrapException">The call trapped.</exception>
    public object?[] Invoke(string name, params object?[] arguments) => Require(name).Invoke(arguments);

    /// <summary>
    /// Makes the instance as it was at the start: memory, tables, globals and segments; then the start function runs again. Fuel and limits stay.
    /// </summary>
    /// <exception cref="InvalidOperationException">It imports a memory, a table or a global, which is not for it to reset.</exception>
    public void Reset()
    {
        var data = Module.Data;
        if (data.ImportedMemories + data.ImportedTables + data.ImportedGlobals > 0)
            throw new InvalidOperationException("An instance that imports a memory, a table or a global cannot be reset.");

        _memory?.Reset();
        foreach (var table in _tables)
            table.Reset();

        Initializer.Run(this);
    }

    internal object Export(WasmExport export) => export.Type switch
    {
        WasmFunctionType => FunctionAt(export.Index),
        WasmTableType => _tables[export.Index],
        WasmMemoryType => _memory!,
        _ => _globals[export.Index],
    };

    // Always the same object for the same function.
    internal WasmFunction FunctionAt(int index)
    {
        var own = index - Module.Data.ImportedFunctions;
        return _functions[index] ??= new WasmFunction(Module.Data.Functions[index], this, Module.Compiled.Pointer(own), _store);
    }

    private object? Find(string name) => _exports.TryGetValue(name, out var export) ? Export(export) : null;

    private WasmFunction Require(string name) =>
        FindFunction(name) ?? throw new ArgumentException($"The module exports no function \"{name}\".", nameof(name));
}
