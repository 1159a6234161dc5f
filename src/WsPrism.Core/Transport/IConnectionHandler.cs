using WsPrism.Core.Delivery;

namespace WsPrism.Core.Transport;

/// <summary>What a transport tells the core about one connection. All members are called on the shard's thread.</summary>
internal interface IConnectionHandler
{
    /// <summary>Where the transport takes outbound frames from.</summary>
    Outbox Outbox { get; }

    /// <summary>True when the session has ended: what still comes in is to be thrown away.</summary>
    bool HasEnded { get; }

    /// <summary>A whole message of the Ext lane, checked to be UTF-8. The span may be written to and is valid for the call.</summary>
    void OnText(Span<byte> message);

    /// <summary>A whole message of the Hot lane. The span may be written to and is valid for the call.</summary>
    void OnBinary(Span<byte> message);

    /// <summary>The client's heartbeat, to be answered with the same payload.</summary>
    void OnPing(ReadOnlySpan<byte> payload);

    /// <summary>An answer to ours: the client lives.</summary>
    void OnPong();

    /// <summary>The client closes with this code (1005: none given).</summary>
    void OnPeerClosing(ushort code);

    /// <summary>The client broke the framing: the session ends with this close code.</summary>
    void OnProtocolError(ushort closeCode, string reason);

    /// <summary>The wire has taken bytes after it had been congested: the write time-out starts anew.</summary>
    void OnWriteProgress();

    /// <summary>The connection is gone. Called exactly once, last.</summary>
    void OnClosed();
}
