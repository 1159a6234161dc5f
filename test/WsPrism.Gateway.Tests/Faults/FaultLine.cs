using System.Net;
using System.Net.Sockets;

namespace WsPrism.Gateway.Tests.Faults;

/// <summary>
/// One client's way to the gateway: a proxy on a port of the system's choice that does to each connection what its <see cref="FaultPlan"/> says. Two pumps work on a
/// connection, one for each direction; a <see cref="Link"/> is safe for both.
/// </summary>
internal sealed class FaultLine : IDisposable
{
    // So little that who does not read is soon known to be slow.
    private const int Buffer = 4_096;

    // How long a client waits that there is no gateway.
    private static readonly TimeSpan Silence = TimeSpan.FromMilliseconds(100);

    private readonly FaultNetwork _network;
    private readonly int _client;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public FaultLine(FaultNetwork network, int client)
    {
        _network = network;
        _client = client;
        _listener.Start();
    }

    /// <summary>Where the client connects.</summary>
    public string Address => $"{_listener.LocalEndpoint}";

    public void Dispose() => _listener.Dispose();

    /// <summary>Serves until the network is gone.</summary>
    public async Task ServeAsync()
    {
        var links = new List<Task>();
        try
        {
            for (var connection = 0; ; connection++)
            {
                var client = await _listener.AcceptSocketAsync(_network.End);
                links.Add(ServeAsync(client, connection));
                links.RemoveAll(link => link.IsCompletedSuccessfully);
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(links);
        }
    }

    private async Task ServeAsync(Socket client, int connection)
    {
        _network.CountConnection();
        using var gateway = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveBufferSize = Buffer };
        using (client)
        {
            client.NoDelay = true;
            try
            {
                await gateway.ConnectAsync(_network.Target, _network.End);
            }
            catch (Exception exception) when (IsBroken(exception))
            {
                // There is no gateway just now.
                await Task.Delay(Silence, TimeProvider.System, _network.End).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return;
            }

            var link = new Link(client, gateway, _network.End);
            await Task.WhenAll(PumpAsync(link, client, gateway, PlanOf(connection, toClient: false)), PumpAsync(link, gateway, client, PlanOf(connection, toClient: true)));
            await link.Vanished;
        }
    }

    private FaultPlan PlanOf(int connection, bool toClient) => new(_network.Weather, _network.Seed, _client, connection, toClient);

    private async Task PumpAsync(Link link, Socket from, Socket to, FaultPlan plan)
    {
        var buffer = new byte[Buffer];
        var passed = 0L;
        try
        {
            while (await from.ReceiveAsync(buffer, _network.End) is > 0 and var read)
            {
                for (var sent = 0; sent < read;)
                {
                    var left = _network.IsHealed ? int.MaxValue : plan.CutAfter - passed;
                    if (left <= 0)
                    {
                        _network.CountCut();
                        link.Cut(plan);
                        return;
                    }

                    var length = (int)Math.Min(left, _network.IsHealed ? read - sent : plan.NextLength(read - sent));
                    if (!_network.IsHealed && plan.NextDelayMs() is > 0 and var delay)
                    {
                        await Task.Delay(delay, _network.End);
                    }

                    length = await to.SendAsync(buffer.AsMemory(sent, length), _network.End);
                    sent += length;
                    passed += length;
                }
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (IsBroken(exception))
        {
            link.Break();
        }
    }

    private static bool IsBroken(Exception exception) => exception is OperationCanceledException or SocketException or ObjectDisposedException;

    // Both halves of a connection. What the gateway's half holds when the client's vanishes is lost with it.
    private sealed class Link(Socket client, Socket gateway, CancellationToken end)
    {
        private volatile Task? _vanished;

        /// <summary>Until the gateway was told of a client that has vanished.</summary>
        public Task Vanished => _vanished ?? Task.CompletedTask;

        public void Cut(FaultPlan plan)
        {
            switch (plan.End)
            {
                case FaultEnd.Vanish:
                    _vanished = TellLaterAsync(plan.VanishedMs);
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
            if (_vanished is null)
            {
                gateway.Close(0);
            }
        }

        private async Task TellLaterAsync(int delayMs)
        {
            await Task.Delay(delayMs, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            gateway.Close(0);
        }
    }
}
