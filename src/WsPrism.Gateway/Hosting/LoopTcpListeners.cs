using System.Net;
using System.Net.Sockets;
using WsPrism.Configuration;
using WsPrism.Gateway.Handshake;
using WsPrism.Transports.EventLoops;

namespace WsPrism.Gateway.Hosting;

/// <summary><c>gateway.tcp.listen</c> on the event loops: one listening socket, or two where it says <c>localhost</c>.</summary>
internal sealed class LoopTcpListeners : IListener
{
    private readonly string _listen;
    private readonly IReadOnlyList<EventLoop> _loops;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly TcpHandshakes _handshakes;
    private readonly List<LoopTcpListener> _listeners = [];

    public LoopTcpListeners(string listen, IReadOnlyList<EventLoop> loops, TimeProvider time, ILoggerFactory loggers, TcpHandshakes handshakes)
    {
        _listen = listen;
        _loops = loops;
        _time = time;
        _logger = loggers.CreateLogger("WsPrism.EventLoops");
        _handshakes = handshakes;
    }

    public string Address { get; private set; } = string.Empty;

    public Task StartAsync()
    {
        if (!ListenAddress.TryParse(_listen, out var address))
        {
            throw new InvalidOperationException("The configuration was not validated.");
        }

        try
        {
            if (address.Host == "localhost")
            {
                OpenLocalhost(address.Port);
            }
            else
            {
                Open(address.Host == "*" ? IPAddress.IPv6Any : IPAddress.Parse(address.Host), address.Port);
            }
        }
        catch (SocketException exception)
        {
            throw new ListenException("gateway.tcp.listen", _listen, exception);
        }

        Address = _listeners[0].EndPoint.ToString();
        _listeners.ForEach(listener => listener.Start());
        return Task.CompletedTask;
    }

    /// <summary>Sessions are not its affair: a drain has ended them.</summary>
    public Task StopAsync(TimeSpan patience) => Task.WhenAll(_listeners.Select(listener => listener.StopAsync(patience)));

    public async ValueTask DisposeAsync()
    {
        foreach (var listener in _listeners)
        {
            await listener.DisposeAsync();
        }
    }

    private void OpenLocalhost(int port)
    {
        Open(IPAddress.Loopback, port);
        try
        {
            Open(IPAddress.IPv6Loopback, _listeners[0].EndPoint.Port);
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported)
        {
            // A machine without IPv6 has a localhost all the same.
        }
    }

    private void Open(IPAddress address, int port) =>
        _listeners.Add(new LoopTcpListener(new IPEndPoint(address, port), _loops, _time, _logger, _handshakes.OfSocket));
}
