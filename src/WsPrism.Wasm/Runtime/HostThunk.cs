using System.Reflection;
using System.Runtime.CompilerServices;
using WsPrism.Wasm.Compilation;

namespace WsPrism.Wasm.Runtime;

/// <summary>Code through which compiled code calls delegates of one type. Made once for each type and kept as long as the type is.</summary>
internal sealed class HostThunk
{
    private static readonly ConditionalWeakTable<Type, HostThunk> Known = [];

    // Keeps the code alive.
    private readonly MethodInfo _method;

    public HostThunk(MethodInfo method, WasmFunctionType type, bool wantsInstance)
    {
        _method = method;
        Type = type;
        WantsInstance = wantsInstance;
        RuntimeHelpers.PrepareMethod(_method.MethodHandle);
        Code = _method.MethodHandle.GetFunctionPointer();
    }

    public WasmFunctionType Type { get; }

    /// <summary>The delegate's first parameter is the instance that imported it.</summary>
    public bool WantsInstance { get; }

    public nint Code { get; }

    public static HostThunk Of(Type type) => Known.GetValue(type, HostThunkBuilder.Build);
}
