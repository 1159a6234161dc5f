using System.Net.WebSockets;

namespace WsPrism.Client.Connection;

// One WebSocket. What it does is the platform's; without a cancellation and without compression its fast paths allocate nothing.
internal sealed class WebSocketTransport : ITransport
{
#if !NETSTANDARD2_1
    // Each message is compressed on its own: a short one comes out longer. The gateway draws the line at the same length.
    private const int LeastCompressed = 128;

#endif
    private readonly ClientWebSocket _socket;
#if !NETSTANDARD2_1
    private readonly GatheringStream? _stream;

    /// <summary>A WebSocket, and the stream that it writes to where that is known.</summary>
    public WebSocketTransport(ClientWebSocket socket, GatheringStream? stream)
    {
        _socket = socket;
        _stream = stream;
    }
#else

    public WebSocketTransport(ClientWebSocket socket) => _socket = socket;
#endif

    public int CloseCode => (int)(_socket.CloseStatus ?? WebSocketCloseStatus.Empty);

    public string CloseText => _socket.CloseStatusDescription ?? string.Empty;

    public ValueTask<ValueWebSocketReceiveResult> ReceiveAsync(Memory<byte> buffer) => _socket.ReceiveAsync(buffer, CancellationToken.None);

    public ValueTask SendAsync(ReadOnlyMemory<byte> message, bool isText, bool isMoreSure)
    {
        var type = isText ? WebSocketMessageType.Text : WebSocketMessageType.Binary;
#if NETSTANDARD2_1
        return _socket.SendAsync(message, type, true, CancellationToken.None);
#else
        _stream?.HoldBack(isMoreSure);
        var flags = message.Length < LeastCompressed ? WebSocketMessageFlags.EndOfMessage | WebSocketMessageFlags.DisableCompression : WebSocketMessageFlags.EndOfMessage;
        return _socket.SendAsync(message, type, flags, CancellationToken.None);
#endif
    }

    public Task CloseAsync(int code, string text)
    {
#if !NETSTANDARD2_1
        // A pump that was stopped leaves the more that was sure unsent.
        _stream?.HoldBack(false);
#endif
        return _socket.CloseOutputAsync((WebSocketCloseStatus)code, text, CancellationToken.None);
    }

    public void Abort() => _socket.Abort();

    public void Dispose() => _socket.Dispose();
}
