namespace WsPrism.Wasm.Decoding;

/// <summary>The initial value of a global or element, or the offset of a segment: one instruction.</summary>
/// <param name="Opcode">A constant, <c>ref.null</c>, <c>ref.func</c> or <c>global.get</c>.</param>
/// <param name="Type">The type it must have and, once validated, has.</param>
/// <param name="Bits">The constant's bits, or the index.</param>
internal readonly record struct ConstantExpression(Opcode Opcode, WasmValueType Type, long Bits)
{
    public int Index => (int)Bits;
}
