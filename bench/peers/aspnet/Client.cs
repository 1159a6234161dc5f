using System.Net.WebSockets;
using System.Threading.Channels;

namespace WsPrism.Peers.AspNet;

internal readonly record struct Message(byte[] Payload, WebSocketMessageType Type);

internal sealed class Client(WebSocket socket, Room room)
{
    private const int Waiting = 8192;
    private const int Largest = 65536;

    private readonly Channel<Message> _outbound = Channel.CreateBounded<Message>(new BoundedChannelOptions(Waiting) { SingleReader = true });

    public void Post(Message message) => _outbound.Writer.TryWrite(message);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Post(new Message("hi"u8.ToArray(), WebSocketMessageType.Text));
        var writing = WriteAsync(cancellationToken);
        room.Add(this);
        try
        {
            await ReadAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException)
        {
            // The peer has gone without a close frame.
        }
        finally
        {
            room.Remove(this);
            _outbound.Writer.TryComplete();
            await writing;
        }
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[4096];
        while (true)
        {
            var length = 0;
            ValueWebSocketReceiveResult received;
            do
            {
                if (length == buffer.Length)
                    Array.Resize(ref buffer, 2 * length);
                received = await socket.ReceiveAsync(buffer.AsMemory(length), cancellationToken);
                length += received.Count;
            }
            while (!received.EndOfMessage && length < Largest);

            if (received.MessageType == WebSocketMessageType.Close || !received.EndOfMessage)
                return;
            var message = new Message(buffer.AsSpan(0, length).ToArray(), received.MessageType);
            if (length > 0 && buffer[0] is (byte)'E' or 250)
                Post(message);
            else
                room.Publish(message);
        }
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var message in _outbound.Reader.ReadAllAsync(cancellationToken))
                await socket.SendAsync(message.Payload, message.Type, endOfMessage: true, cancellationToken);
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException)
        {
            // The peer has gone; reading ends as well.
        }
    }
}
