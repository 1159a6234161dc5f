using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace WsPrism.Gateway.Tests.Faults;

/// <summary>
/// Stands between clients and a gateway, on a port of the system's choice, and does to each connection what a network may: it splits, delays, stalls and cuts.
/// After <see cref="Heal"/> it leaves connections alone. Safe for all threads.
/// </summary>
internal sealed class FaultProxy : IAsyncDisposable
{
    private readonly int _seed;
    private readonly Func<IPEndPoint> _target;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentBag<Socket> _sockets = [];
    private readonly Task _accepting;
    private volatile bool _isHealed;
    private int _connections;
    private int _cuts;

    /// <summary><paramref name="target"/> is asked for each connection: the gateway may be another one by then.</summary>
    public FaultProxy(int seed, Func<IPEndPoint> target)
    {
        _seed = seed;
        _target = target;
        _listener.Start(1_024);
        _accepting = AcceptAsync();
    }

    public string Address => $"{_listener.LocalEndpoint}";

    /// <summary>Connections that came to an end before their time.</summary>
    public int Cuts => Volatile.Read(ref _cuts);

    /// <summary>Connections so far.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>No faults from now on, on connections that there are either.</summary>
    public void Heal() => _isHealed = true;

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _accepting;
        foreach (var socket in _sockets)
        {
            socket.Dispose();
        }

        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_end.Token);
                _ = ServeAsync(client, Interlocked.Increment(ref _connections));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket client, int number)
    {
        var gateway = new Socket(SocketType.Stream, ProtocolType.Tcp);
        _sockets.Add(client);
        _sockets.Add(gateway);
        try
        {
            client.NoDelay = gateway.NoDelay = true;
            await gateway.ConnectAsync(_target(), _end.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // There is no gateway just now.
            client.Close(0);
            return;
        }

        var link = new Link(client, gateway);
        await Task.WhenAll(
            PumpAsync(link, client, gateway, new FaultPlan(_seed, number, toClient: false)),
            PumpAsync(link, gateway, client, new FaultPlan(_seed, number, toClient: true)));
    }

    private async Task PumpAsync(Link link, Socket from, Socket to, FaultPlan plan)
    {
        var buffer = new byte[16_384];
        var passed = 0L;
        try
        {
            while (true)
            {
                var read = await from.ReceiveAsync(buffer, _end.Token);
                if (read == 0)
                {
                    to.Shutdown(SocketShutdown.Send);
                    return;
                }

                for (var sent = 0; sent < read;)
                {
                    var left = _isHealed ? int.MaxValue : plan.CutAfter - passed;
                    if (left <= 0)
                    {
                        Cut(link, plan.End);
                        return;
                    }

                    var length = (int)Math.Min(left, _isHealed ? read - sent : plan.NextLength(read - sent));
                    if (!_isHealed && plan.NextDelayMs() is > 0 and var delay)
                    {
                        await Task.Delay(delay, _end.Token);
                    }

                    await to.SendAsync(buffer.AsMemory(sent, length), _end.Token);
                    sent += length;
                    passed += length;
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            link.Break();
        }
    }

    private void Cut(Link link, FaultEnd end)
    {
        Interlocked.Increment(ref _cuts);
        link.End(end);
    }

    // Both halves of a connection. A half that has vanished stays open until the test ends.
    private sealed class Link(Socket client, Socket gateway)
    {
        private int _hasVanished;

        public void End(FaultEnd end)
        {
            switch (end)
            {
                case FaultEnd.Vanish:
                    Volatile.Write(ref _hasVanished, 1);
                    client.Close(0);
                    break;
                case FaultEnd.End:
                    client.Close();
                    gateway.Close();
                    break;
                default:
                    Break();
                    break;
            }
        }

        public void Break()
        {
            client.Close(0);
            if (Volatile.Read(ref _hasVanished) == 0)
            {
                gateway.Close(0);
            }
        }
    }
}
