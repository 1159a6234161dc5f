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

    public WebSocketTransport(ClientWebSocket socket) => _socket = socket;

    public int CloseCode => (int)(_socket.CloseStatus ?? WebSocketCloseStatus.Empty);

    public string CloseText => _socket.CloseStatusDescription ?? string.Empty;

    public ValueTask<ValueWebSocketReceiveResult> ReceiveAsync(Memory<byte> buffer) => _socket.ReceiveAsync(buffer, CancellationToken.None);

    public ValueTask SendAsync(ReadOnlyMemory<byte> message, bool isText)
    {
        var type = isText ? WebSocketMessageType.Text : WebSocketMessageType.Binary;
#if NETSTANDARD2_1
        return _socket.SendAsync(message, type, true, CancellationToken.None);
#else
        var flags = message.Length < LeastCompressed ? WebSocketMessageFlags.EndOfMessage | WebSocketMessageFlags.DisableCompression : WebSocketMessageFlags.EndOfMessage;
        return _socket.SendAsync(message, type, flags, CancellationToken.None);
#endif
    }

    public Task CloseAsync(int code, string text) => _socket.CloseOutputAsync((WebSocketCloseStatus)code, text, CancellationToken.None);

    public void Abort() => _socket.Abort();

    public void Dispose() => _socket.Dispose();
}
