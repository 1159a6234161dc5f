namespace WsPrism.Wasm.Runtime;

/// <summary>Checks what comes from the host: compiled code trusts the types, and that every function it is given is of its own store.</summary>
internal static class Boundary
{
    public static object? Check(object? value, WasmValueType type, WasmStore store)
    {
        var fits = type switch
        {
            WasmValueType.I32 => value is int,
            WasmValueType.I64 => value is long,
            WasmValueType.F32 => value is float,
            WasmValueType.F64 => value is double,
            WasmValueType.FuncRef => value is null || (value is WasmFunction function && function._store == store),
            _ => true,
        };
        return fits ? value : throw new ArgumentException($"This is no {type} that belongs here: {value?.GetType().Name ?? "null"}.", nameof(value));
    }

    public static WasmFunction? CheckFunction(WasmFunction? value, WasmStore store) => (WasmFunction?)Check(value, WasmValueType.FuncRef, store);
}
