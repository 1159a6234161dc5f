using System.Net;
using System.Net.Sockets;

namespace WsPrism.Client.Tests.Support;

/// <summary>A network between a client and a gateway, which a test can cut.</summary>
internal sealed class Forwarder : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<Socket> _sockets = [];
    private readonly int _port;
    private volatile bool _isDown;
    private long _up;
    private long _down;

    public Forwarder(string address)
    {
        _port = int.Parse(address[(address.LastIndexOf(':') + 1)..], System.Globalization.CultureInfo.InvariantCulture);
        _listener.Start();
        _ = AcceptAsync();
    }

    public string Url => $"ws://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/v1/ws";

    /// <summary>Bytes that came from clients.</summary>
    public long Up => Interlocked.Read(ref _up);

    /// <summary>Bytes that came from the gateway.</summary>
    public long Down => Interlocked.Read(ref _down);

    /// <summary>Cuts what there is; while it is down nobody gets through.</summary>
    public void Cut(bool staysDown = false)
    {
        _isDown = staysDown;
        lock (_sockets)
        {
            foreach (var socket in _sockets)
            {
                socket.LingerState = new LingerOption(true, 0);
                socket.Dispose();
            }

            _sockets.Clear();
        }
    }

    public void Mend() => _isDown = false;

    public ValueTask DisposeAsync()
    {
        _listener.Stop();
        Cut();
        return ValueTask.CompletedTask;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ForwardAsync(await _listener.AcceptSocketAsync());
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The test is over.
        }
    }

    private async Task ForwardAsync(Socket client)
    {
        if (_isDown)
        {
            client.Dispose();
            return;
        }

        var gateway = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        lock (_sockets)
            _sockets.AddRange([client, gateway]);
        try
        {
            await gateway.ConnectAsync(IPAddress.Loopback, _port);
            await Task.WhenAll(CopyAsync(client, gateway, count => Interlocked.Add(ref _up, count)), CopyAsync(gateway, client, count => Interlocked.Add(ref _down, count)));
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            client.Dispose();
            gateway.Dispose();
        }
    }

    private static async Task CopyAsync(Socket from, Socket to, Action<int> counted)
    {
        var buffer = new byte[16_384];
        while (await from.ReceiveAsync(buffer) is var count && count > 0)
        {
            counted(count);
            for (var sent = 0; sent < count;)
                sent += await to.SendAsync(buffer.AsMemory(sent, count - sent));
        }

        to.Shutdown(SocketShutdown.Send);
    }
}
