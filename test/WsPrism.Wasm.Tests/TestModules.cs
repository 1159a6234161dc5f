namespace WsPrism.Wasm.Tests;

/// <summary>The modules in modules/, which are built from the texts beside them.</summary>
internal static class TestModules
{
    public static WasmModule Load(string name) => WasmModule.Parse(Bytes(name));

    public static byte[] Bytes(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "modules", $"{name}.wasm"));

    public static IEnumerable<string> Names => Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "modules"), "*.wasm").Select(file => Path.GetFileNameWithoutExtension(file)!);
}
