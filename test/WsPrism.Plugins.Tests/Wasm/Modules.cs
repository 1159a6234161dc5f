using WsPrism.Core.Configuration;

namespace WsPrism.Plugins.Tests.Wasm;

/// <summary>The modules in modules/, built from the texts beside them, and the samples.</summary>
internal static class Modules
{
    public static PluginFile Hostile { get; } = Test("hostile");

    public static PluginFile Test(string name) => Load("Wasm", "modules", $"{name}.wasm");

    public static PluginFile Sample(string name) => Load("samples", name, $"{name}.wasm");

    public static ExtServiceConfig Service(string name, PluginFile file) => new() { Name = name, Kind = ExtServiceKind.Wasm, File = file };

    private static PluginFile Load(params string[] path)
    {
        var full = Path.Combine([AppContext.BaseDirectory, .. path]);
        return new PluginFile(full, File.ReadAllBytes(full));
    }
}
