namespace WsPrism.Wasm.Decoding;

/// <summary>Elements for a table.</summary>
internal sealed record ElementSegment(SegmentMode Mode, int Table, ConstantExpression Offset, WasmValueType Type, ConstantExpression[] Items);
