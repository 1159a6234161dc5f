using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace WsPrism.Gateway.Cli.PluginTest;

/// <summary>A client of the gateway under trial, over a real connection. Used by one task.</summary>
internal sealed class TrialClient : IDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[65_536];
    private readonly string _name;
    private bool _isReady;

    private TrialClient(string name) => _name = name;

    /// <summary>The id of its session.</summary>
    public string Session { get; private set; } = string.Empty;

    /// <summary>True when the gateway has sent it away.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>What it was sent away with; null where it was not.</summary>
    public WebSocketCloseStatus? CloseStatus => _socket.CloseStatus;

    /// <summary>Connects and joins the room. What services say meanwhile is kept in <paramref name="lines"/>.</summary>
    public static async Task<TrialClient> ConnectAsync(string name, string address, string ticket, string room, List<string> lines, CancellationToken patience)
    {
        var client = new TrialClient(name);
        await client._socket.ConnectAsync(new Uri($"ws://{address}/v1/ws?tenant={TrialConfig.Tenant}&ticket={ticket}"), patience);
        await client.SendAsync($$"""{"svc":"room","type":"join","room":{{JsonSerializer.Serialize(room)}},"id":"wsprism.join"}""", patience);
        await client.ReadAsync(lines, envelope => IdOf(envelope) == "wsprism.join", patience);
        client._isReady = true;
        return client;
    }

    public Task SendAsync(string text, CancellationToken patience) => _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, patience);

    public Task SendAsync(byte[] frame, CancellationToken patience) => _socket.SendAsync(frame, WebSocketMessageType.Binary, true, patience);

    /// <summary>Reads up to and with the envelope that is waited for, which is returned; null where the connection ends before it.</summary>
    public async Task<JsonElement?> ReadAsync(List<string> lines, Func<JsonElement, bool> isLast, CancellationToken patience)
    {
        // A read that was given up leaves a socket that is of no use.
        IsClosed |= _socket.State == WebSocketState.Aborted;
        while (!IsClosed)
        {
            var (type, bytes) = await ReadAsync(patience);
            if (type == WebSocketMessageType.Close)
            {
                IsClosed = true;
                lines.Add($$"""{"to":"{{_name}}","close":{{(int)_socket.CloseStatus!}}}""");
            }
            else if (type == WebSocketMessageType.Binary)
            {
                lines.Add($$"""{"to":"{{_name}}","hot":"{{Convert.ToHexStringLower(bytes)}}"}""");
            }
            else
            {
                var envelope = JsonSerializer.Deserialize<JsonElement>(bytes);
                if (!IsOurs(envelope))
                {
                    lines.Add($$"""{"to":"{{_name}}","frame":{{Encoding.UTF8.GetString(bytes)}}}""");
                }

                if (isLast(envelope))
                {
                    return envelope;
                }
            }
        }

        return null;
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>The envelope's id as text; null where it has none.</summary>
    public static string? IdOf(JsonElement envelope) => envelope.TryGetProperty("id", out var id) ? id.ToString() : null;

    // What is said to this program rather than to a client of the plugin.
    private bool IsOurs(JsonElement envelope)
    {
        var (svc, type) = (envelope.GetProperty("svc").GetString(), envelope.GetProperty("type").GetString());
        if (svc == "sys" && type == "authed")
        {
            Session = envelope.GetProperty("data").GetProperty("session").GetString()!;
        }

        return svc == PluginTrial.MarkerService || (svc == "sys" && (type == "pong" || (!_isReady && type != "error")));
    }

    private async Task<(WebSocketMessageType Type, byte[] Bytes)> ReadAsync(CancellationToken patience)
    {
        using var message = new MemoryStream();
        while (true)
        {
            var part = await _socket.ReceiveAsync(_buffer.AsMemory(), patience);
            await message.WriteAsync(_buffer.AsMemory(0, part.Count), patience);
            if (part.EndOfMessage)
            {
                return (part.MessageType, message.ToArray());
            }
        }
    }
}
