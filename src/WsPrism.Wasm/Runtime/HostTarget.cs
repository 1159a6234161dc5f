namespace WsPrism.Wasm.Runtime;

/// <summary>What compiled code calls when it calls the host: a delegate, and the instance that imported it where there is one.</summary>
internal sealed class HostTarget
{
    // Fields, since generated code reads them.
    internal readonly Delegate _delegate;
    internal readonly WasmStore _store;
    internal readonly WasmInstance? _instance;

    // Its code lives as long as this is held: a pointer to it does not hold it.
    private readonly HostThunk _thunk;

    public HostTarget(Delegate target, HostThunk thunk, WasmStore store, WasmInstance? instance)
    {
        _delegate = target;
        _thunk = thunk;
        _store = store;
        _instance = instance;
    }

    public nint Code => _thunk.Code;
}
