namespace WsPrism.Wasm.Decoding;

/// <summary>What becomes of a segment at the start.</summary>
internal enum SegmentMode
{
    /// <summary>It is copied, then dropped.</summary>
    Active,

    /// <summary>It waits for an instruction.</summary>
    Passive,

    /// <summary>It only names functions that references are taken of.</summary>
    Declarative,
}
