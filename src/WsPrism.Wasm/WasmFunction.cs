using WsPrism.Wasm.Compilation;
using WsPrism.Wasm.Runtime;

namespace WsPrism.Wasm;

/// <summary>A function of an instance, or of the host for instances. It belongs to the thread of its store.</summary>
public sealed class WasmFunction
{
    // Fields, since compiled code reads them. The target is the last argument of the code and keeps it alive: an instance or a HostTarget.
    internal readonly object _target;
    internal readonly nint _code;
    internal readonly WasmStore _store;

    internal WasmFunction(WasmFunctionType type, object target, nint code, WasmStore store)
    {
        Type = type;
        _target = target;
        _code = code;
        _store = store;
    }

    /// <summary>Its parameters and results.</summary>
    public WasmFunctionType Type { get; }

    /// <summary>A function of the host's, to be put into tables and globals or given as an argument.</summary>
    /// <param name="store">The store of those who will call it.</param>
    /// <param name="function">
    /// Parameters and result are int, long, float, double, object (a reference of the host's) or <see cref="WasmFunction"/>; several results are a tuple.
    /// </param>
    public static WasmFunction FromDelegate(WasmStore store, Delegate function)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(function);
        return Bind(HostThunk.Of(function.GetType()), function, store, instance: null);
    }

    /// <summary>
    /// The function as a delegate: <c>CreateDelegate&lt;Func&lt;int, long&gt;&gt;()</c>. Calling it neither boxes nor allocates. It throws
    /// <see cref="WasmTrapException"/> and what functions of the host's throw.
    /// </summary>
    /// <exception cref="ArgumentException">The delegate's parameters and result are not exactly those of the function.</exception>
    public TDelegate CreateDelegate<TDelegate>()
        where TDelegate : Delegate =>
        (TDelegate?)EntryBuilder.TryCreate(typeof(TDelegate), this) ?? throw new ArgumentException($"A function {Type} is no {typeof(TDelegate)}.");

    /// <summary>Calls the function with boxed arguments, each of exactly the parameter's type. Returns its results.</summary>
    /// <exception cref="ArgumentException">The arguments are not those of the function.</exception>
    /// <exception cref="WasmTrapException">The call trapped.</exception>
    public object?[] Invoke(params object?[] arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        if (arguments.Length != Type.Parameters.Length)
            throw new ArgumentException($"A function {Type} takes {Type.Parameters.Length} arguments, not {arguments.Length}.", nameof(arguments));

        for (var index = 0; index < arguments.Length; index++)
            Boundary.Check(arguments[index], Type.Parameters[index], _store);

        var call = Type.UntypedCall ??= EntryBuilder.CreateUntyped(Type);
        return call(this, arguments);
    }

    internal static WasmFunction Bind(HostThunk thunk, Delegate function, WasmStore store, WasmInstance? instance)
    {
        if (thunk.WantsInstance && instance is null)
            throw new ArgumentException("Only an imported function knows its instance.", nameof(function));

        return new WasmFunction(thunk.Type, new HostTarget(function, thunk, store, instance), thunk.Code, store);
    }

    // Around each call from the host. A trap leaves the counter of calls wherever it was, so it is put back.
    internal int Enter()
    {
        StackGuard.Check();
        return _store._depthLeft;
    }

    internal void Leave(int depth) => _store._depthLeft = depth;
}
