using System.Reflection;
using WsPrism.Core.Configuration;
using WsPrism.Services;

namespace WsPrism.Plugins.Native;

/// <summary>Makes an object of a plugin's assembly, or says what keeps it from that and what to do. Stateless, safe for all threads.</summary>
internal static class NativeLoader
{
    /// <summary>Loads the assembly into a context and makes its service.</summary>
    /// <exception cref="PluginException">It is not good; the context is to be unloaded.</exception>
    public static object Load(PluginLoadContext context, PluginFile file, string? wanted, IPluginHost host)
    {
        try
        {
            var assembly = Open(context, file);
            CheckReferences(context, file, assembly);
            return Create(Choose(file, assembly, wanted), host);
        }
        catch (Exception exception) when (exception is TypeLoadException or MissingMemberException or FileNotFoundException or FileLoadException or BadImageFormatException)
        {
            throw new PluginException($"{file.Name} does not fit together with what it was built against: {exception.Message} Build it anew, and copy all of its output.", exception);
        }
    }

    private static Assembly Open(PluginLoadContext context, PluginFile file)
    {
        try
        {
            return context.Load(file.Content.Span);
        }
        catch (BadImageFormatException exception)
        {
            throw new PluginException($"{file.Name} is not a .NET assembly that can be loaded here: name the .dll of a class library that is built for any CPU.", exception);
        }
    }

    // What is missing would otherwise be found out by the first message that needs it.
    private static void CheckReferences(PluginLoadContext context, PluginFile file, Assembly assembly)
    {
        foreach (var reference in assembly.GetReferencedAssemblies())
        {
            try
            {
                context.LoadFromAssemblyName(reference);
            }
            catch (Exception exception) when (exception is FileNotFoundException or FileLoadException)
            {
                throw new PluginException(Missing(file, reference), exception);
            }
        }
    }

    private static string Missing(PluginFile file, AssemblyName reference)
    {
        if (PluginLoadContext.IsShared(reference))
        {
            var own = typeof(IExtService).Assembly.GetName().Version;
            return $"{file.Name} is built against {reference.Name} {reference.Version}, this gateway has {own}: build it against the gateway's version or an older one.";
        }

        return reference.Name == "System.Runtime"
            ? $"{file.Name} is built for .NET {reference.Version!.ToString(2)}, this gateway runs on .NET {Environment.Version.ToString(2)}: set TargetFramework to net{Environment.Version.ToString(2)}."
            : $"{file.Name} needs {reference.Name} {reference.Version}, which is not beside it: copy all that `dotnet publish` puts out.";
    }

    private static Type Choose(PluginFile file, Assembly assembly, string? wanted)
    {
        var fitting = assembly.GetExportedTypes().Where(IsService).OrderBy(type => type.FullName, StringComparer.Ordinal).ToArray();
        if (fitting.Length == 0)
        {
            throw new PluginException($"{file.Name} has no public class that implements IExtService or IHotService of WsPrism.Services.Abstractions.");
        }

        var names = string.Join(", ", fitting.Select(type => type.FullName));
        if (wanted is null)
        {
            return fitting.Length == 1 ? fitting[0] : throw new PluginException($"{file.Name} has several services: name one as class: {names}.");
        }

        return Array.Find(fitting, type => type.FullName == wanted)
            ?? throw new PluginException($"{file.Name} has no service of class \"{wanted}\"; it has: {names}.");
    }

    private static bool IsService(Type type) =>
        type is { IsClass: true, IsAbstract: false, ContainsGenericParameters: false } && (type.IsAssignableTo(typeof(IExtService)) || type.IsAssignableTo(typeof(IHotService)));

    private static object Create(Type type, IPluginHost host)
    {
        var (withHost, plain) = (type.GetConstructor([typeof(IPluginHost)]), type.GetConstructor([]));
        if (withHost is null && plain is null)
        {
            throw new PluginException($"{type.FullName} needs a public constructor, without parameters or with one of type IPluginHost.");
        }

        try
        {
            return withHost is not null ? withHost.Invoke([host]) : plain!.Invoke([]);
        }
        catch (TargetInvocationException exception)
        {
            var cause = exception.InnerException!;
            throw new PluginException($"the constructor of {type.FullName} failed: {cause.GetType().Name}: {cause.Message}", cause);
        }
    }
}
