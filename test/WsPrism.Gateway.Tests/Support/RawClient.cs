using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace WsPrism.Gateway.Tests.Support;

/// <summary>A plain socket: sends exactly the bytes it is told to, and reads HTTP answers.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[65_536];
    private int _start;
    private int _end;

    private RawClient(Socket socket) => _socket = socket;

    public static async Task<RawClient> ConnectAsync(string address, int receiveBuffer = 0)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBuffer > 0)
        {
            socket.ReceiveBufferSize = receiveBuffer;
        }

        await socket.ConnectAsync(IPEndPoint.Parse(address), Patience.Token());
        return new RawClient(socket);
    }

    /// <summary>A GET with a Host, the headers and the empty line.</summary>
    public static string Get(string target, params ReadOnlySpan<string> headers) => Request("GET", target, headers);

    public static string Request(string method, string target, params ReadOnlySpan<string> headers)
    {
        var text = new StringBuilder($"{method} {target} HTTP/1.1\r\nHost: gateway.test\r\n");
        foreach (var header in headers)
        {
            text.Append(header).Append("\r\n");
        }

        return text.Append("\r\n").ToString();
    }

    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await _socket.SendAsync(bytes, Patience.Token())..];
        }
    }

    /// <summary>Sends a request and reads its answer.</summary>
    public async Task<HttpAnswer> AskAsync(string request)
    {
        await SendAsync(request);
        return await ReadHttpAsync();
    }

    public async Task<HttpAnswer> ReadHttpAsync(bool head = false)
    {
        var lines = new List<string>();
        while (lines.Count == 0 || lines[^1].Length > 0)
        {
            lines.Add(await ReadLineAsync());
        }

        Assert.StartsWith("HTTP/1.1 ", lines[0], StringComparison.Ordinal);
        var headers = lines.Skip(1).Where(line => line.Length > 0).Select(line => line.Split(": ", 2)).ToLookup(parts => parts[0].ToLowerInvariant(), parts => parts[1]);
        var length = headers["content-length"].SingleOrDefault();
        var body = length is not null && !head ? await ReadExactlyAsync(int.Parse(length, CultureInfo.InvariantCulture)) : [];
        if (headers["transfer-encoding"].SingleOrDefault() == "chunked" && !head)
        {
            body = await ReadChunksAsync();
        }

        return new HttpAnswer(int.Parse(lines[0].AsSpan(9, 3), CultureInfo.InvariantCulture), headers, Encoding.UTF8.GetString(body));
    }

    public async Task<byte> ReadByteAsync()
    {
        if (_start == _end && !await FillAsync())
        {
            throw new EndOfStreamException();
        }

        return _buffer[_start++];
    }

    public async Task<byte[]> ReadExactlyAsync(int count)
    {
        var bytes = new byte[count];
        for (var i = 0; i < count;)
        {
            if (_start == _end && !await FillAsync())
            {
                throw new EndOfStreamException();
            }

            var part = Math.Min(count - i, _end - _start);
            _buffer.AsSpan(_start, part).CopyTo(bytes.AsSpan(i));
            i += part;
            _start += part;
        }

        return bytes;
    }

    /// <summary>Reads away all that comes until the peer ends the connection, in whatever way.</summary>
    public async Task<byte[]> ReadToEndAsync()
    {
        var all = new List<byte>();
        try
        {
            do
            {
                all.AddRange(_buffer.AsSpan(_start, _end - _start));
                _start = _end;
            }
            while (await FillAsync());
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted)
        {
        }

        return [.. all];
    }

    /// <summary>Ends only the sending direction.</summary>
    public void ShutdownSend() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Vanishes: the peer gets a reset and no farewell.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(enable: true, 0);
        _socket.Dispose();
    }

    public void Dispose() => _socket.Dispose();

    private async Task<byte[]> ReadChunksAsync()
    {
        var body = new List<byte>();
        while (int.Parse(await ReadLineAsync(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) is var length and > 0)
        {
            body.AddRange(await ReadExactlyAsync(length));
            await ReadLineAsync();
        }

        await ReadLineAsync();
        return [.. body];
    }

    private async Task<string> ReadLineAsync()
    {
        var line = new StringBuilder();
        while (true)
        {
            var next = (char)await ReadByteAsync();
            if (next == '\n')
            {
                Assert.Equal('\r', line[^1]);
                return line.ToString(0, line.Length - 1);
            }

            line.Append(next);
        }
    }

    private async Task<bool> FillAsync()
    {
        _start = 0;
        _end = await _socket.ReceiveAsync(_buffer, Patience.Token());
        return _end > 0;
    }
}
