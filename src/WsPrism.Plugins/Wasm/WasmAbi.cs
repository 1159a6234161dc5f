using WsPrism.Wasm;

namespace WsPrism.Plugins.Wasm;

/// <summary>What a module exports and may import to be a plugin (docs/wasm-plugins.md), and how its answer is packed.</summary>
internal static class WasmAbi
{
    public const string Memory = "memory";

    /// <summary><c>alloc(len: i32) -> i32</c>: room for the message.</summary>
    public const string Alloc = "alloc";

    /// <summary><c>on_message(ptr: i32, len: i32) -> i64</c>: the answer.</summary>
    public const string OnMessage = "on_message";

    /// <summary>What the host's functions are imported from.</summary>
    public const string Host = "wsprism";

    private static readonly Dictionary<string, string> HostFunctions = new(StringComparer.Ordinal)
    {
        ["log"] = "(i32, i32, i32) -> ()",
        ["now_ms"] = "() -> (i64)",
        ["publish"] = "(i32, i32) -> (i32)",
    };

    /// <summary>Where the answer is and how long: the high and the low half.</summary>
    public static (uint At, uint Length) Unpack(long answer) => ((uint)(answer >> 32), (uint)answer);

    /// <exception cref="PluginException">It is no plugin; the message begins with a verb.</exception>
    public static void Check(WasmModule module, int memoryBytes)
    {
        foreach (var import in module.Imports)
        {
            CheckImport(import);
        }

        if (Export(module, Memory) is not WasmMemoryType memory)
        {
            throw new PluginException($"must export a memory \"{Memory}\"");
        }

        if ((long)memory.Minimum * WasmMemory.PageBytes > memoryBytes)
        {
            throw new PluginException($"wants {(long)memory.Minimum * WasmMemory.PageBytes} bytes of memory from the start, memory_bytes allows {memoryBytes}");
        }

        CheckExport(module, Alloc, "(i32) -> (i32)");
        CheckExport(module, OnMessage, "(i32, i32) -> (i64)");
    }

    private static void CheckImport(WasmImport import)
    {
        if (import.Module.StartsWith("wasi", StringComparison.Ordinal))
        {
            throw new PluginException($"imports {import.Module}.{import.Name}, but there is no WASI here: build it freestanding");
        }

        if (import.Module != Host || !HostFunctions.TryGetValue(import.Name, out var type))
        {
            throw new PluginException($"imports {import.Module}.{import.Name}, which is not offered; there is {string.Join(", ", HostFunctions.Keys.Select(name => $"{Host}.{name}"))}");
        }

        if (import.Type is not WasmFunctionType function || function.ToString() != type)
        {
            throw new PluginException($"imports {Host}.{import.Name} as {Show(import.Type)}, it is a function {type}");
        }
    }

    private static void CheckExport(WasmModule module, string name, string type)
    {
        if (Export(module, name) is not { } export)
        {
            throw new PluginException($"must export a function \"{name}\" {type}");
        }

        if (export is not WasmFunctionType function || function.ToString() != type)
        {
            throw new PluginException($"exports \"{name}\" as {Show(export)}, it must be a function {type}");
        }
    }

    private static WasmExternType? Export(WasmModule module, string name) => module.Exports.FirstOrDefault(export => export.Name == name)?.Type;

    private static string Show(WasmExternType type) => type switch
    {
        WasmFunctionType function => $"a function {function}",
        WasmMemoryType => "a memory",
        WasmTableType => "a table",
        _ => "a global",
    };
}
