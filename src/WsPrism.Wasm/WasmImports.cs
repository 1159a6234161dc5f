using WsPrism.Wasm.Runtime;

namespace WsPrism.Wasm;

/// <summary>
/// What a host gives to instances, by the two names that modules import it under. Delegates may be given to any number of instances, on any threads, once
/// nothing is added any more; tables, memories, globals and functions only to those of their store.
/// </summary>
public sealed class WasmImports
{
    private readonly Dictionary<(string Module, string Name), object> _items = [];

    /// <summary>
    /// A function of the host's. Parameters and result are int, long, float, double, object (a reference of the host's) or <see cref="WasmFunction"/>;
    /// several results are a tuple. Where the first parameter is a <see cref="WasmInstance"/>, it gets the instance that imported it.
    /// </summary>
    /// <exception cref="ArgumentException">The delegate has other parameters or results.</exception>
    public WasmImports Add(string module, string name, Delegate function)
    {
        ArgumentNullException.ThrowIfNull(function);
        HostThunk.Of(function.GetType());
        return AddItem(module, name, function);
    }

    /// <summary>A function, mostly another instance's.</summary>
    public WasmImports Add(string module, string name, WasmFunction function) => AddItem(module, name, function);

    /// <summary>A table.</summary>
    public WasmImports Add(string module, string name, WasmTable table) => AddItem(module, name, table);

    /// <summary>A memory.</summary>
    public WasmImports Add(string module, string name, WasmMemory memory) => AddItem(module, name, memory);

    /// <summary>A global.</summary>
    public WasmImports Add(string module, string name, WasmGlobal global) => AddItem(module, name, global);

    /// <summary>Everything that an instance exports.</summary>
    public WasmImports Add(string module, WasmInstance instance)
    {
        ArgumentNullException.ThrowIfNull(instance);
        foreach (var export in instance.Module.Exports)
            AddItem(module, export.Name, instance.Export(export));

        return this;
    }

    internal object? Find(WasmImport import) => _items.GetValueOrDefault((import.Module, import.Name));

    private WasmImports AddItem(string module, string name, object item)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(item);
        _items[(module, name)] = item;
        return this;
    }
}
