using System.Net.WebSockets;
using System.Text;

namespace WsPrism.BackendBench;

/// <summary>A WebSocket with the few words that the loads say over it.</summary>
internal sealed class Socket : IDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[1_048_576];

    public static async Task<Socket> ConnectAsync(string url, string? key = null)
    {
        var socket = new Socket();
        if (key is not null)
        {
            socket._socket.Options.SetRequestHeader("Authorization", $"Bearer {key}");
        }

        await socket._socket.ConnectAsync(new Uri(url), CancellationToken.None);
        return socket;
    }

    public ValueTask SendAsync(string text) => _socket.SendAsync(Encoding.UTF8.GetBytes(text).AsMemory(), WebSocketMessageType.Text, true, CancellationToken.None);

    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes) => _socket.SendAsync(bytes, WebSocketMessageType.Binary, true, CancellationToken.None);

    public async ValueTask<string> ReadAsync()
    {
        var length = 0;
        while (true)
        {
            var part = await _socket.ReceiveAsync(_buffer.AsMemory(length), CancellationToken.None);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                throw new InvalidOperationException($"closed: {_socket.CloseStatus} {_socket.CloseStatusDescription}");
            }

            length += part.Count;
            if (part.EndOfMessage)
            {
                return Encoding.UTF8.GetString(_buffer, 0, length);
            }
        }
    }

    public async ValueTask<string> ReadUntilAsync(string text)
    {
        while (true)
        {
            if (await ReadAsync() is var message && message.Contains(text, StringComparison.Ordinal))
            {
                return message;
            }
        }
    }

    public void Dispose() => _socket.Dispose();
}
