using WsPrism.Wasm.Compilation;
using WsPrism.Wasm.Decoding;
using WsPrism.Wasm.Validation;

namespace WsPrism.Wasm;

/// <summary>
/// A valid module. It does not change, any number of threads may use it, and its code is compiled once for all instances. When neither it nor anything of its
/// instances is referred to any more, the code goes too.
/// </summary>
public sealed class WasmModule
{
    private readonly Lazy<CompiledModule> _compiled;

    private WasmModule(ModuleData data)
    {
        Data = data;
        ExportsByName = data.Exports.ToDictionary(export => export.Name, StringComparer.Ordinal);
        _compiled = new Lazy<CompiledModule>(() => ModuleCompiler.Compile(data));
    }

    /// <summary>What it wants to be given.</summary>
    public IReadOnlyList<WasmImport> Imports => Data.Imports;

    /// <summary>What its instances give.</summary>
    public IReadOnlyList<WasmExport> Exports => Data.Exports;

    internal ModuleData Data { get; }

    internal Dictionary<string, WasmExport> ExportsByName { get; }

    internal CompiledModule Compiled => _compiled.Value;

    /// <summary>Decodes and validates a module in the binary format. The bytes are not referred to afterwards.</summary>
    /// <exception cref="WasmFormatException">They are no valid module of WebAssembly 2.0 without SIMD, or one beyond the bounds in docs/wasm.md.</exception>
    public static WasmModule Parse(ReadOnlySpan<byte> bytes)
    {
        var data = ModuleDecoder.Decode(bytes);
        ModuleValidator.Validate(data, bytes.Length);
        return new WasmModule(data);
    }

    /// <summary>Compiles the module now, on a thread of its own, and waits for it. The first instance does so otherwise.</summary>
    public void Compile() => _ = Compiled;
}
