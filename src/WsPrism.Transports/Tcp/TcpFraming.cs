using WsPrism.Core.Delivery;
using WsPrism.Core.Transport;

namespace WsPrism.Transports.Tcp;

/// <summary>PROTOCOL §9: frames of a length, a kind and a payload. The parser's callbacks become the core's, outbound frames get their header.</summary>
internal sealed class TcpFraming : IFraming, ITcpFrameSink
{
    private readonly TcpFrameParser _parser;
    private IConnectionHandler _handler = null!;

    public TcpFraming(int maxMessageBytes) => _parser = new TcpFrameParser(maxMessageBytes);

    public string Name => "tcp";

    public bool HasPeerClosed { get; private set; }

    public void Received(Span<byte> bytes, IConnectionHandler handler)
    {
        _handler = handler;
        _parser.Received(bytes, this);
    }

    public int GetMaxLength(OutboundFrame frame) => TcpFrameHeader.Length + frame.Length;

    public int Write(OutboundFrame frame, Span<byte> destination)
    {
        TcpFrameHeader.Write(destination, KindOf(frame.Kind), frame.Length);
        var payload = destination.Slice(TcpFrameHeader.Length, frame.Length);
        frame.Payload.CopyTo(payload);
        if (frame.Kind == FrameKind.Close)
        {
            // The core has the code in network order, for WebSocket.
            (payload[0], payload[1]) = (payload[1], payload[0]);
        }

        return TcpFrameHeader.Length + frame.Length;
    }

    public void Dispose() => _parser.Dispose();

    // Once the session has ended only the peer's close is of interest.
    void ITcpFrameSink.OnExt(Span<byte> message)
    {
        if (!_handler.HasEnded)
        {
            _handler.OnText(message);
        }
    }

    void ITcpFrameSink.OnHot(Span<byte> message)
    {
        if (!_handler.HasEnded)
        {
            _handler.OnBinary(message);
        }
    }

    void ITcpFrameSink.OnPing(ReadOnlySpan<byte> payload)
    {
        if (!_handler.HasEnded)
        {
            _handler.OnPing(payload);
        }
    }

    void ITcpFrameSink.OnPong(ReadOnlySpan<byte> payload) => _handler.OnPong();

    void ITcpFrameSink.OnClose(ushort code, ReadOnlySpan<byte> reason)
    {
        HasPeerClosed = true;
        _handler.OnPeerClosing(code);
    }

    void ITcpFrameSink.OnError(ushort closeCode, string reason) => _handler.OnProtocolError(closeCode, reason);

    private static TcpFrameKind KindOf(FrameKind kind) => kind switch
    {
        FrameKind.Text => TcpFrameKind.Ext,
        FrameKind.Binary => TcpFrameKind.Hot,
        FrameKind.Ping => TcpFrameKind.Ping,
        FrameKind.Pong => TcpFrameKind.Pong,
        _ => TcpFrameKind.Close,
    };
}
