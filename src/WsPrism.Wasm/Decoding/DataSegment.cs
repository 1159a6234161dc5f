namespace WsPrism.Wasm.Decoding;

/// <summary>Bytes for a memory.</summary>
internal sealed record DataSegment(SegmentMode Mode, ConstantExpression Offset, byte[] Bytes);
