namespace WsPrism.Backend.Link;

/// <summary>What an item of a binary message is.</summary>
internal enum LinkOp : byte
{
    /// <summary>A Hot frame.</summary>
    Frame = 1,

    /// <summary>An envelope.</summary>
    Envelope = 2,
}
