using System.Net.WebSockets;

namespace WsPrism.Client.Connection;

// One WebSocket. What it does is the platform's; without a cancellation its fast paths allocate nothing.
internal sealed class WebSocketTransport : ITransport
{
    private readonly ClientWebSocket _socket;

    public WebSocketTransport(ClientWebSocket socket) => _socket = socket;

    public int CloseCode => (int)(_socket.CloseStatus ?? WebSocketCloseStatus.Empty);

    public string CloseText => _socket.CloseStatusDescription ?? string.Empty;

    public ValueTask<ValueWebSocketReceiveResult> ReceiveAsync(Memory<byte> buffer) => _socket.ReceiveAsync(buffer, CancellationToken.None);

    public ValueTask SendAsync(ReadOnlyMemory<byte> message, bool isText) =>
        _socket.SendAsync(message, isText ? WebSocketMessageType.Text : WebSocketMessageType.Binary, true, CancellationToken.None);

    public Task CloseAsync(int code, string text) => _socket.CloseOutputAsync((WebSocketCloseStatus)code, text, CancellationToken.None);

    public void Abort() => _socket.Abort();

    public void Dispose() => _socket.Dispose();
}
