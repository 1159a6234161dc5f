using WsPrism.Core.Delivery;

namespace WsPrism.Backend.Link;

/// <summary>A worker's connection as the link sees it. Called by the worker's strand alone.</summary>
internal interface ILinkWire
{
    /// <summary>Writes the header in front of a message of so many bytes; answers its own length. Up to <c>ushort.MaxValue</c> it is 2 or 4, beyond 10.</summary>
    int WriteHeader(Span<byte> destination, FrameKind kind, int length);

    /// <summary>Completes when there is room for more. One at a time.</summary>
    ValueTask WriteAsync(ReadOnlyMemory<byte> bytes);

    /// <summary>The close is written: the connection ends when the other side has closed too, or a little later. Nothing may be called after it.</summary>
    void Finish();

    /// <summary>Cuts it off. Nothing may be called after it.</summary>
    void Abort();
}
