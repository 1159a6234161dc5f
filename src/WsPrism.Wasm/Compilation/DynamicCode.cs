using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace WsPrism.Wasm.Compilation;

/// <summary>An assembly with one type that goes away with the last reference to it.</summary>
internal static class DynamicCode
{
    // Methods stay apart, so that the frame of each is known; and are optimised at once, for there is no second time.
    public const MethodImplAttributes Flags = MethodImplAttributes.IL | MethodImplAttributes.NoInlining | MethodImplAttributes.AggressiveOptimization;

    /// <summary>The same without optimisation, for what the JIT would take too long over.</summary>
    public const MethodImplAttributes PlainFlags = MethodImplAttributes.IL | MethodImplAttributes.NoInlining | MethodImplAttributes.NoOptimization;

    private static readonly ConstructorInfo IgnoresAccessChecks = typeof(IgnoresAccessChecksToAttribute).GetConstructor([typeof(string)])!;

    public static TypeBuilder DefineType(string name, params IEnumerable<Assembly> friends)
    {
        var assembly = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName(name), AssemblyBuilderAccess.RunAndCollect);
        foreach (var friend in friends.Append(typeof(DynamicCode).Assembly).Select(friend => friend.GetName().Name!).Distinct(StringComparer.Ordinal))
            assembly.SetCustomAttribute(new CustomAttributeBuilder(IgnoresAccessChecks, [friend]));

        return assembly.DefineDynamicModule(name).DefineType(name, TypeAttributes.Class | TypeAttributes.Abstract | TypeAttributes.Sealed | TypeAttributes.Public);
    }
}
