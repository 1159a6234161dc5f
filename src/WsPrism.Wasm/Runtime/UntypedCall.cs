namespace WsPrism.Wasm.Runtime;

/// <summary>Calls a function with boxed arguments, which have been checked.</summary>
internal delegate object?[] UntypedCall(WasmFunction function, object?[] arguments);
