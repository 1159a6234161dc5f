using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace WsPrism.Edge.Tests.Support;

/// <summary>A client of the TCP transport, over a socket of any family, with TLS or without, with bytes of a proxy ahead or without.</summary>
internal sealed class TcpPeer : IDisposable
{
    private readonly Stream _stream;
    private readonly CancellationTokenSource _patience = new(Patience.Time, TimeProvider.System);

    private TcpPeer(Stream stream) => _stream = stream;

    public static async Task<TcpPeer> ConnectAsync(GatewayRun gateway, byte[]? before = null, bool tls = false, string? alpn = null)
    {
        var address = gateway.Host.TcpAddress;
        var isUnix = address.StartsWith("unix:", StringComparison.Ordinal);
        var socket = isUnix ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(isUnix ? new UnixDomainSocketEndPoint(address[5..]) : IPEndPoint.Parse(address));
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        await stream.WriteAsync(before ?? []);
        if (!tls)
            return new TcpPeer(stream);
        var secure = new SslStream(stream);
        await secure.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
            ApplicationProtocols = alpn is null ? null : [new SslApplicationProtocol(alpn)],
        });
        return new TcpPeer(secure);
    }

    /// <summary>Connects and is greeted.</summary>
    public static async Task<TcpPeer> JoinAsync(GatewayRun gateway, string ticket, byte[]? before = null, bool tls = false, string? alpn = null)
    {
        var peer = await ConnectAsync(gateway, before, tls, alpn);
        await peer.SayAsync($"WSPRISM/1 tenant=acme ticket={ticket}\n");
        Assert.Contains($"\"user\":\"user:{ticket}\"", (await peer.ReadAsync()).Text, StringComparison.Ordinal);
        await peer.ReadAsync();
        await peer.ReadAsync();
        return peer;
    }

    public async Task SayAsync(string text) => await _stream.WriteAsync(Encoding.ASCII.GetBytes(text), _patience.Token);

    public async Task SendRawAsync(byte[] bytes) => await _stream.WriteAsync(bytes, _patience.Token);

    public async Task SendAsync(byte kind, byte[] payload)
    {
        var frame = new byte[5 + payload.Length];
        BinaryPrimitives.WriteInt32LittleEndian(frame, payload.Length);
        frame[4] = kind;
        payload.CopyTo(frame, 5);
        await _stream.WriteAsync(frame, _patience.Token);
    }

    public async Task<(byte Kind, byte[] Payload, string Text)> ReadAsync()
    {
        var header = new byte[5];
        await _stream.ReadExactlyAsync(header, _patience.Token);
        var payload = new byte[BinaryPrimitives.ReadInt32LittleEndian(header)];
        await _stream.ReadExactlyAsync(payload, _patience.Token);
        return (header[4], payload, Encoding.UTF8.GetString(payload));
    }

    /// <summary>The next frame must be a close: its reason.</summary>
    public async Task<string> ReadCloseAsync()
    {
        var (kind, _, text) = await ReadAsync();
        Assert.Equal(8, kind);
        return text[2..];
    }

    /// <summary>Reads away what comes until the connection ends, in whatever way: how many bytes.</summary>
    public async Task<int> ReadToEndAsync()
    {
        var (all, buffer) = (0, new byte[4096]);
        try
        {
            for (int read; (read = await _stream.ReadAsync(buffer, _patience.Token)) > 0;)
                all += read;
        }
        catch (IOException)
        {
            // Cut off: nothing more comes.
        }

        return all;
    }

    public void Dispose()
    {
        _stream.Dispose();
        _patience.Dispose();
    }
}
