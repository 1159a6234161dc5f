using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace WsPrism.Browser.Tests;

/// <summary>A way to a gateway that breaks when a test wants it to, and leads to another gateway where a test says so.</summary>
internal sealed class BreakableWay : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<Socket> _open = [];
    private volatile string? _target;

    private BreakableWay(string target)
    {
        _target = target;
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>Host and port of the near end.</summary>
    public string Address => _listener.LocalEndpoint.ToString()!;

    public static BreakableWay To(DemoGateway gateway) => new(gateway.Address);

    /// <summary>Cuts every connection without a word, and lets none through.</summary>
    public void Break()
    {
        _target = null;
        while (_open.TryTake(out var socket))
            socket.Close(0);
    }

    public void Restore(DemoGateway gateway) => _target = gateway.Address;

    public void Dispose()
    {
        Break();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = PassAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task PassAsync(TcpClient near)
    {
        using var far = new TcpClient();
        var socket = near.Client;
        using (near)
        {
            if (_target is not { } target)
                return;
            try
            {
                await far.ConnectAsync(IPEndPoint.Parse(target));
                _open.Add(socket);
                if (_target is not null)
                    await Task.WhenAny(near.GetStream().CopyToAsync(far.GetStream()), far.GetStream().CopyToAsync(near.GetStream()));
            }
            catch (Exception exception) when (exception is SocketException or IOException or ObjectDisposedException or InvalidOperationException)
            {
                // Either end has gone.
            }
        }
    }
}
