using WsPrism.Core.Delivery;
using WsPrism.Core.Transport;

namespace WsPrism.Transports;

/// <summary>
/// How messages become bytes on one connection and back: no sockets, no clock. Owned by the shard's thread; how the bytes travel is somebody else's affair,
/// so each framing runs over streams and event loops alike.
/// </summary>
internal interface IFraming : IDisposable
{
    /// <summary>Name for logs and metrics.</summary>
    string Name { get; }

    /// <summary>True once the peer's close has come.</summary>
    bool HasPeerClosed { get; }

    /// <summary>Takes bytes in any portions, tells the handler of whole messages, keeps only an unfinished rest. May write to the span.</summary>
    void Received(Span<byte> bytes, IConnectionHandler handler);

    /// <summary>The most that <see cref="Write"/> writes for this frame.</summary>
    int GetMaxLength(OutboundFrame frame);

    /// <summary>Writes header and payload; returns their length.</summary>
    int Write(OutboundFrame frame, Span<byte> destination);
}
