using WsPrism.Core.Delivery;
using WsPrism.Core.Transport;

namespace WsPrism.Transports.WebSockets;

/// <summary>RFC 6455 as the gateway speaks it: the parser's callbacks become the core's, outbound frames get their header and, where agreed, deflate.</summary>
internal sealed class WebSocketFraming : IFraming, IWebSocketFrameSink, IPayloadCompressor
{
    // Below this deflate gains nothing that its cost would be worth.
    private const int MinCompressedLength = 128;

    private readonly WebSocketFrameParser _parser;
    private readonly bool _deflate;
    private IConnectionHandler _handler = null!;

    public WebSocketFraming(int maxMessageBytes, bool deflate)
    {
        _parser = new WebSocketFrameParser(maxMessageBytes, deflate);
        _deflate = deflate;
    }

    public string Name => "websocket";

    public bool HasPeerClosed { get; private set; }

    public void Received(Span<byte> bytes, IConnectionHandler handler)
    {
        _handler = handler;
        _parser.Received(bytes, this);
    }

    public int GetMaxLength(OutboundFrame frame) => WebSocketFrameHeader.MaxLength + frame.Length;

    public int Write(OutboundFrame frame, Span<byte> destination)
    {
        var compressed = false;
        var payload = frame.Payload;
        if (_deflate && frame.IsMessage && payload.Length >= MinCompressedLength && frame.TryGetCompressed(this, out var smaller))
        {
            payload = smaller;
            compressed = true;
        }

        var header = WebSocketFrameHeader.Write(destination, OpcodeOf(frame.Kind), payload.Length, compressed);
        payload.CopyTo(destination[header..]);
        return header + payload.Length;
    }

    public void Dispose() => _parser.Dispose();

    bool IPayloadCompressor.TryCompress(ReadOnlySpan<byte> payload, Span<byte> destination, out int written) =>
        MessageDeflater.TryDeflate(payload, destination[..(payload.Length - 1)], out written);

    // Once the session has ended only the peer's close is of interest.
    void IWebSocketFrameSink.OnText(Span<byte> message)
    {
        if (!_handler.HasEnded)
        {
            _handler.OnText(message);
        }
    }

    void IWebSocketFrameSink.OnBinary(Span<byte> message)
    {
        if (!_handler.HasEnded)
        {
            _handler.OnBinary(message);
        }
    }

    void IWebSocketFrameSink.OnPing(ReadOnlySpan<byte> payload)
    {
        if (!_handler.HasEnded)
        {
            _handler.OnPing(payload);
        }
    }

    void IWebSocketFrameSink.OnPong(ReadOnlySpan<byte> payload) => _handler.OnPong();

    void IWebSocketFrameSink.OnClose(ushort code, ReadOnlySpan<byte> reason)
    {
        HasPeerClosed = true;
        _handler.OnPeerClosing(code);
    }

    void IWebSocketFrameSink.OnError(ushort closeCode, string reason) => _handler.OnProtocolError(closeCode, reason);

    private static WebSocketOpcode OpcodeOf(FrameKind kind) => kind switch
    {
        FrameKind.Text => WebSocketOpcode.Text,
        FrameKind.Binary => WebSocketOpcode.Binary,
        FrameKind.Ping => WebSocketOpcode.Ping,
        FrameKind.Pong => WebSocketOpcode.Pong,
        _ => WebSocketOpcode.Close,
    };
}
