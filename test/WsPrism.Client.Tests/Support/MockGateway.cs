using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace WsPrism.Client.Tests.Support;

/// <summary>
/// A gateway that does what a test tells it to and nothing else, byte by byte: no WebSocket library would say what a hostile one says. Attempts wait until they are dealt with.
/// </summary>
internal sealed class MockGateway : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<Socket> _sockets = [];
    private readonly Task _accepting;

    public MockGateway()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Channel<Attempt> Attempts { get; } = Channel.CreateUnbounded<Attempt>();

    /// <summary>What a request without upgrade is answered; null cuts its connection.</summary>
    public Refused? Preflight { get; set; } = new(426);

    public string Url => $"ws://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/v1/ws";

    public async Task<MockConnection> AcceptOneAsync() => await (await Attempts.TakeAsync("a connection")).AcceptAsync();

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
        lock (_sockets)
            _sockets.ForEach(socket => socket.Dispose());
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                var socket = await _listener.AcceptSocketAsync();
                socket.NoDelay = true;
                lock (_sockets)
                    _sockets.Add(socket);
                _ = TalkAsync(socket);
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }
        }
    }

    private async Task TalkAsync(Socket socket)
    {
        try
        {
            var head = await ReadHeadAsync(socket);
            var attempt = Attempt.Parse(head, socket);
            if (attempt.IsUpgrade)
                await Attempts.Writer.WriteAsync(attempt);
            else if (Preflight is { } answer)
                await attempt.RefuseAsync(answer);
            else
                attempt.Cut();
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or EndOfStreamException)
        {
            socket.Dispose();
        }
    }

    private static async Task<string> ReadHeadAsync(Socket socket)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await socket.ReceiveAsync(one) == 0)
                throw new EndOfStreamException();
            head.Append((char)one[0]);
        }

        return head.ToString();
    }
}
