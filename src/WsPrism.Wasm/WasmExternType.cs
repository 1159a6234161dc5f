namespace WsPrism.Wasm;

/// <summary>What a module imports or exports: a function, a table, a memory or a global.</summary>
public abstract class WasmExternType
{
    private protected WasmExternType()
    {
    }
}
