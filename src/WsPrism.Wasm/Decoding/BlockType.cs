namespace WsPrism.Wasm.Decoding;

/// <summary>What a block takes from the operands and leaves there.</summary>
internal readonly record struct BlockType(WasmValueType[] Parameters, WasmValueType[] Results);
