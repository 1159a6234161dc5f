using System.Text;
using WsPrism.Core.Configuration;

namespace WsPrism.Testing;

/// <summary>The assemblies that the build puts beside this one's folder, as plugins' files.</summary>
internal static class BuiltPlugins
{
    public const string Namespace = "WsPrism.TestPlugin";

    /// <summary>Several services, and classes that are none.</summary>
    public static string TestPlugin => PathOf("WsPrism.TestPlugin", "WsPrism.TestPlugin.dll");

    /// <summary>One service.</summary>
    public static string Guess => PathOf("NativeGuess", "NativeGuess.dll");

    public static PluginFile Read(string path) => new(path, File.ReadAllBytes(path));

    /// <summary>The next version of <c>Versioned</c>: another text in the same place.</summary>
    public static PluginFile Version(int number)
    {
        var content = File.ReadAllBytes(TestPlugin);
        var at = content.AsSpan().IndexOf(Encoding.Unicode.GetBytes("version-1"));
        Encoding.Unicode.GetBytes($"version-{number}").CopyTo(content, at);
        return new PluginFile(TestPlugin, content);
    }

    public static ExtServiceConfig Service(string type, string name = "plugin", params (string Name, string Value)[] settings) => new()
    {
        Name = name,
        Kind = ExtServiceKind.Native,
        Assembly = Read(TestPlugin),
        Class = $"{Namespace}.{type}",
        Settings = settings.ToDictionary(setting => setting.Name, setting => setting.Value),
    };

    private static string PathOf(string project, string file)
    {
        var here = new DirectoryInfo(AppContext.BaseDirectory);
        var path = Path.GetFullPath(Path.Combine(here.FullName, "../..", project, here.Name, file));
        return File.Exists(path) ? path : throw new FileNotFoundException($"It is not built: {path}");
    }
}
