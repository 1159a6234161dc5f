using System.Net.WebSockets;
using WsPrism.Protocol.Hot;

namespace WsPrism.ClientBench;

/// <summary>The platform's WebSocket, used as sparingly as it can be.</summary>
internal static class BareClient
{
    public static async Task<Measured> RunAsync(string url, Work work, int messages)
    {
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri(url + work.Path(messages)), CancellationToken.None);
        var buffer = new byte[16 * 1024];
        await ReceiveAsync(socket, buffer);
        var start = Measured.Now();
        if (work.Receives)
        {
            for (var i = 0; i < messages; i++)
                await ReceiveAsync(socket, buffer);
        }
        else
        {
            for (var i = 0; i < messages; i++)
                await SendAsync(socket, work, buffer, (uint)i);
        }

        var measured = Measured.Since(start, messages);
        socket.Abort();
        return measured;
    }

    private static async ValueTask ReceiveAsync(ClientWebSocket socket, byte[] buffer)
    {
        while (!(await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None)).EndOfMessage)
        {
        }
    }

    private static ValueTask SendAsync(ClientWebSocket socket, Work work, byte[] buffer, uint number)
    {
        if (!work.IsHot)
            return socket.SendAsync(Work.Envelope.AsMemory(), WebSocketMessageType.Text, true, CancellationToken.None);

        var frame = new HotFrame { SvcId = 1, Opcode = 1, Flags = HotFlags.Seq | HotFlags.Key, Seq = number, Key = number % 100, Payload = buffer.AsSpan(100, Work.PayloadBytes) };
        var length = HotFrameWriter.Write(frame, buffer);
        return socket.SendAsync(buffer.AsMemory(0, length), WebSocketMessageType.Binary, true, CancellationToken.None);
    }
}
