// Connects as alice and bob, chats, and sends a Hot frame. Usage: dotnet run [address, default ws://127.0.0.1:8080] [tenant, default demo]
using System.Net.WebSockets;
using System.Text;

var address = args.Length > 0 ? args[0] : "ws://127.0.0.1:8080";
var tenant = args.Length > 1 ? args[1] : "demo";
using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));

using var alice = await ConnectAsync("alice");
using var bob = await ConnectAsync("bob");

// Text is the Ext lane: JSON envelopes. An id asks for an answer, sys.ack or sys.error.
await SendTextAsync(alice, """{"svc":"chat","type":"send","data":{"msg":"hello"},"id":1}""");
Console.WriteLine("bob got   " + await ReadUntilAsync(bob, "\"chat\""));
Console.WriteLine("alice got " + await ReadUntilAsync(alice, "\"ack\""));

// Binary is the Hot lane: svc_id 1 (game), opcode 1, flags 0, then the payload. The gateway adds who sent it.
await alice.SendAsync(new byte[] { 0x01, 0x01, 0x00, 0x2a }, WebSocketMessageType.Binary, true, timeout.Token);
Console.WriteLine("bob got   " + await ReadUntilAsync(bob, "01 01 08"));

await alice.CloseAsync(WebSocketCloseStatus.NormalClosure, null, timeout.Token);
await bob.CloseAsync(WebSocketCloseStatus.NormalClosure, null, timeout.Token);

async Task<ClientWebSocket> ConnectAsync(string ticket)
{
    var socket = new ClientWebSocket();
    await socket.ConnectAsync(new Uri($"{address}/v1/ws?tenant={tenant}&ticket={ticket}"), timeout.Token);
    await SendTextAsync(socket, """{"svc":"room","type":"join","room":"lobby"}""");
    Console.WriteLine($"{ticket} got {await ReadUntilAsync(socket, "\"joined\"")}");
    return socket;
}

async Task SendTextAsync(ClientWebSocket socket, string envelope) =>
    await socket.SendAsync(Encoding.UTF8.GetBytes(envelope), WebSocketMessageType.Text, true, timeout.Token);

// Text as it is, a Hot frame as hexadecimal bytes.
async Task<string> ReadUntilAsync(ClientWebSocket socket, string wanted)
{
    var buffer = new byte[65_536];
    while (true)
    {
        var length = 0;
        ValueWebSocketReceiveResult part;
        do
        {
            part = await socket.ReceiveAsync(buffer.AsMemory(length), timeout.Token);
            length += part.Count;
        }
        while (!part.EndOfMessage);

        var text = part.MessageType == WebSocketMessageType.Text
            ? Encoding.UTF8.GetString(buffer, 0, length)
            : BitConverter.ToString(buffer, 0, length).Replace('-', ' ').ToLowerInvariant();
        if (text.Contains(wanted, StringComparison.Ordinal) || part.MessageType == WebSocketMessageType.Close)
            return text;
    }
}
