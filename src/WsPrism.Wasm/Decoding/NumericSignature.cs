namespace WsPrism.Wasm.Decoding;

/// <summary>One or two operands of one type, and one result.</summary>
internal readonly record struct NumericSignature(WasmValueType Operand, int Operands, WasmValueType Result);
