using System.Reflection;
using System.Runtime.Loader;

namespace WsPrism.Plugins.Native;

/// <summary>
/// The world that one native plugin lives in, and leaves with all its assemblies when nothing refers to it any more. What lies beside the plugin is the plugin's
/// own; what it talks to the gateway with, and the framework, is the gateway's. Files are read, never mapped, so that they can be replaced. Safe for all threads.
/// </summary>
internal sealed class PluginLoadContext(string name, string path) : AssemblyLoadContext(name, isCollectible: true)
{
    private static readonly string[] Shared = ["WsPrism.Protocol", "WsPrism.Services.Abstractions"];

    private readonly AssemblyDependencyResolver? _resolver = CreateResolver(path);
    private readonly string _folder = Path.GetDirectoryName(path)!;

    /// <summary>True for an assembly that plugins share with the gateway, whatever lies beside them.</summary>
    public static bool IsShared(AssemblyName name) => Shared.Contains(name.Name);

    /// <summary>Loads the plugin's own assembly, with what a debugger needs where that lies beside it.</summary>
    public Assembly Load(ReadOnlySpan<byte> content)
    {
        using var assembly = new MemoryStream(content.ToArray());
        using var symbols = Open(Path.ChangeExtension(path, ".pdb"));
        return LoadFromStream(assembly, symbols);
    }

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (IsShared(assemblyName) || IsOfFramework(assemblyName) || Find(assemblyName) is not { } file)
        {
            // As the gateway has it, if it has.
            return null;
        }

        using var assembly = new MemoryStream(File.ReadAllBytes(file));
        using var symbols = Open(Path.ChangeExtension(file, ".pdb"));
        return LoadFromStream(assembly, symbols);
    }

    protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
        _resolver?.ResolveUnmanagedDllToPath(unmanagedDllName) is { } file ? LoadUnmanagedDllFromPath(file) : 0;

    // Its types are in the gateway's own interfaces, so that a copy which lies beside a plugin would not fit; only one that is newer is left to the plugin.
    private static bool IsOfFramework(AssemblyName name)
    {
        if (name.Name is not { } text || !(text is "mscorlib" or "netstandard" or "System" || text.StartsWith("System.", StringComparison.Ordinal) || text.StartsWith("Microsoft.", StringComparison.Ordinal)))
        {
            return false;
        }

        try
        {
            return Default.LoadFromAssemblyName(name) is not null;
        }
        catch (Exception exception) when (exception is FileNotFoundException or FileLoadException)
        {
            return false;
        }
    }

    // Without a .deps.json the resolver knows what lies in the folder; where the gateway is one file there is no resolver.
    private static AssemblyDependencyResolver? CreateResolver(string path)
    {
        try
        {
            return new AssemblyDependencyResolver(path);
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static FileStream? Open(string file)
    {
        try
        {
            return File.Exists(file) ? new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private string? Find(AssemblyName name)
    {
        if (_resolver?.ResolveAssemblyToPath(name) is { } file)
        {
            return file;
        }

        file = Path.Combine(_folder, name.CultureName ?? string.Empty, name.Name + ".dll");
        return File.Exists(file) ? file : null;
    }
}
