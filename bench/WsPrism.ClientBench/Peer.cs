using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using WsPrism.Protocol.Hot;

namespace WsPrism.ClientBench;

/// <summary>Greets, says as many messages as the address asks for, and takes whatever comes.</summary>
internal static class Peer
{
    private const string Greeting = """{"v":1,"svc":"sys","type":"authed","data":{"tenant":"demo","user":"user:alice","session":"S","handle":1,"max_frame_bytes":65536}}""";

    public static async Task RunAsync()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Console.WriteLine($"ws://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        while (true)
            _ = ServeAsync(await listener.AcceptTcpClientAsync());
    }

    private static async Task ServeAsync(TcpClient client)
    {
        try
        {
            client.NoDelay = true;
            var stream = client.GetStream();
            var head = await ReadHeadAsync(stream);
#pragma warning disable CA5350 // RFC 6455 asks for it, and nothing depends on its strength.
            var key = SHA1.HashData(Encoding.ASCII.GetBytes(Header(head, "Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
#pragma warning restore CA5350
            var protocol = head.Contains("wsprism.v1", StringComparison.Ordinal) ? "Sec-WebSocket-Protocol: wsprism.v1\r\n" : string.Empty;
            await stream.WriteAsync(Encoding.ASCII.GetBytes(
                $"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {Convert.ToBase64String(key)}\r\n{protocol}\r\n"));
            using var socket = WebSocket.CreateFromStream(stream, isServer: true, "wsprism.v1", Timeout.InfiniteTimeSpan);
            await socket.SendAsync(Encoding.UTF8.GetBytes(Greeting), WebSocketMessageType.Text, true, CancellationToken.None);
            await SayAsync(socket, head.Contains("hot=1", StringComparison.Ordinal), Number(head));
            await TakeAsync(socket, head.Contains("echo=1", StringComparison.Ordinal));
        }
        catch (Exception exception) when (exception is IOException or WebSocketException or SocketException)
        {
            // Whoever was measured is gone.
        }

        client.Dispose();
    }

    private static async Task SayAsync(WebSocket socket, bool isHot, int count)
    {
        var buffer = new byte[256];
        var payload = new byte[Work.PayloadBytes];
        for (uint i = 0; i < count; i++)
        {
            var message = isHot ? buffer.AsMemory(0, Write(buffer, payload, i)) : Work.Envelope.AsMemory();
            await socket.SendAsync(message, isHot ? WebSocketMessageType.Binary : WebSocketMessageType.Text, true, CancellationToken.None);
        }
    }

    private static int Write(byte[] buffer, byte[] payload, uint number) => HotFrameWriter.Write(
        new HotFrame { SvcId = 1, Opcode = 1, Flags = HotFlags.Seq | HotFlags.Key | HotFlags.Sender, Seq = number / 100 + 1, Key = number % 100, Sender = 7, Payload = payload }, buffer);

    private static async Task TakeAsync(WebSocket socket, bool echoes)
    {
        var buffer = new byte[64 * 1024];
        ValueWebSocketReceiveResult taken;
        while ((taken = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None)).MessageType != WebSocketMessageType.Close)
        {
            // Each message here is short: one part.
            if (echoes && taken.MessageType == WebSocketMessageType.Binary)
                await socket.SendAsync(buffer.AsMemory(0, taken.Count), WebSocketMessageType.Binary, true, CancellationToken.None);
        }

        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
    }

    private static async Task<string> ReadHeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one);
            head.Append((char)one[0]);
        }

        return head.ToString();
    }

    private static string Header(string head, string name) =>
        head.Split("\r\n").First(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))[(name.Length + 1)..].Trim();

    private static int Number(string head) => int.Parse(head.Split("count=")[1].Split('&', ' ')[0], System.Globalization.CultureInfo.InvariantCulture);
}
