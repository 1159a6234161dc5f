namespace WsPrism.Wasm.Validation;

/// <summary>A fault in a function, on the way to whoever knows where in the module it is.</summary>
internal sealed class ValidationException(string message) : Exception(message);
