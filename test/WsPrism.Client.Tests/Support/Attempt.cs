using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace WsPrism.Client.Tests.Support;

/// <summary>Somebody at the door.</summary>
internal sealed class Attempt
{
    private readonly Socket _socket;
    private readonly Dictionary<string, string> _headers;
    private readonly Dictionary<string, string> _query;

    private Attempt(Socket socket, Dictionary<string, string> headers, Dictionary<string, string> query)
    {
        _socket = socket;
        _headers = headers;
        _query = query;
    }

    public bool IsUpgrade => _headers.ContainsKey("sec-websocket-key");

    public string? Tenant => _query.GetValueOrDefault("tenant");

    public string? Resume => _query.GetValueOrDefault("resume");

    public string? Position => _query.GetValueOrDefault("position");

    public string? Ticket => _query.GetValueOrDefault("ticket")
        ?? Protocols.FirstOrDefault(name => name.StartsWith("ticket.", StringComparison.Ordinal))?[7..]
        ?? _headers.GetValueOrDefault("authorization")?["Bearer ".Length..];

    private string[] Protocols => _headers.GetValueOrDefault("sec-websocket-protocol", string.Empty).Split(',', StringSplitOptions.TrimEntries);

    public static Attempt Parse(string head, Socket socket)
    {
        var lines = head.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in lines.Skip(1))
            headers[line[..line.IndexOf(':')]] = line[(line.IndexOf(':') + 1)..].Trim();

        var target = new Uri("http://gateway" + lines[0].Split(' ')[1]);
        var query = target.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => Uri.UnescapeDataString(pair[1]));
        return new Attempt(socket, headers, query);
    }

    public async Task<MockConnection> AcceptAsync()
    {
#pragma warning disable CA5350 // RFC 6455 asks for it, and nothing depends on its strength.
        var key = SHA1.HashData(Encoding.ASCII.GetBytes(_headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
#pragma warning restore CA5350
        var protocol = Protocols.Contains("wsprism.v1") ? "Sec-WebSocket-Protocol: wsprism.v1\r\n" : string.Empty;
        await SendAsync($"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {Convert.ToBase64String(key)}\r\n{protocol}\r\n");
        return new MockConnection(_socket);
    }

    public async Task RefuseAsync(Refused refused)
    {
        var body = refused.Body?.ToJsonString() ?? "{}";
        var retry = refused.RetryAfterS is { } seconds ? $"Retry-After: {seconds}\r\n" : string.Empty;
        try
        {
            await SendAsync($"HTTP/1.1 {refused.Status} Refused\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n{retry}Connection: close\r\n\r\n{body}");
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // Who was refused need not hear it to the end.
        }
    }

    public void Cut()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Dispose();
    }

    private async Task SendAsync(string text) => await _socket.SendAsync(Encoding.UTF8.GetBytes(text));
}
