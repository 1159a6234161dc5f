using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace WsPrism.Edge.Tests.Support;

/// <summary>A client as an application would write it, on .NET's own WebSocket.</summary>
internal sealed class Client : IDisposable
{
    private readonly byte[] _buffer = new byte[512 * 1024];
    private readonly CancellationTokenSource _patience = new(Patience.Time, TimeProvider.System);

    public ClientWebSocket Socket { get; } = new();

    public static async Task<Client> ConnectAsync(Wire wire, string ticket, string query = "")
    {
        var client = new Client();
        client.Socket.Options.HttpVersion = wire.Version;
        client.Socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        client.Socket.Options.CollectHttpResponseDetails = true;
        client.Socket.Options.AddSubProtocol("wsprism.v1");
        client.Socket.Options.AddSubProtocol("ticket." + ticket);
        try
        {
            await client.Socket.ConnectAsync(wire.WebSocketUri("/v1/ws?tenant=acme" + query), wire.Invoker, client._patience.Token);
        }
        catch (Exception)
        {
            client.Dispose();
            throw;
        }

        return client;
    }

    /// <summary>Connects, checks the greeting and joins a room.</summary>
    public static async Task<Client> JoinAsync(Wire wire, string ticket, string room = "lobby")
    {
        var client = await ConnectAsync(wire, ticket);
        var authed = await client.ReceiveAsync();
        Assert.Equal("authed", authed.GetProperty("type").GetString());
        Assert.Equal("user:" + ticket, authed.GetProperty("data").GetProperty("user").GetString());
        await client.SendAsync($$"""{"svc":"room","type":"join","room":"{{room}}"}""");
        await client.ReceiveAsync("sys", "joined");
        return client;
    }

    public Task SendAsync(string text) => Socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, _patience.Token);

    public Task SendAsync(byte[] frame) => Socket.SendAsync(frame, WebSocketMessageType.Binary, true, _patience.Token);

    /// <summary>Receives up to the first envelope of this kind.</summary>
    public async Task<JsonElement> ReceiveAsync(string svc, string type)
    {
        while (true)
        {
            var envelope = await ReceiveAsync();
            if (envelope.GetProperty("svc").GetString() == svc && envelope.GetProperty("type").GetString() == type)
                return envelope;
        }
    }

    public async Task<JsonElement> ReceiveAsync()
    {
        var (kind, length) = await ReceiveFrameAsync();
        Assert.Equal(WebSocketMessageType.Text, kind);
        return JsonDocument.Parse(_buffer.AsMemory(0, length)).RootElement.Clone();
    }

    /// <summary>Receives up to the first Hot frame.</summary>
    public async Task<byte[]> ReceiveHotAsync()
    {
        while (true)
        {
            var (kind, length) = await ReceiveFrameAsync();
            if (kind == WebSocketMessageType.Binary)
                return _buffer[..length];
        }
    }

    /// <summary>Receives up to the close, and answers it.</summary>
    public async Task<(int Code, string? Reason)> ReceiveCloseAsync()
    {
        while ((await ReceiveFrameAsync()).Kind != WebSocketMessageType.Close)
        {
        }

        if (Socket.State == WebSocketState.CloseReceived)
            await Socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, _patience.Token);
        return ((int)Socket.CloseStatus!.Value, Socket.CloseStatusDescription);
    }

    public Task CloseAsync() => Socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", _patience.Token);

    public void Dispose()
    {
        Socket.Dispose();
        _patience.Dispose();
    }

    private async Task<(WebSocketMessageType Kind, int Length)> ReceiveFrameAsync()
    {
        var length = 0;
        while (true)
        {
            var result = await Socket.ReceiveAsync(_buffer.AsMemory(length), _patience.Token);
            length += result.Count;
            if (result.EndOfMessage)
                return (result.MessageType, length);
        }
    }
}
