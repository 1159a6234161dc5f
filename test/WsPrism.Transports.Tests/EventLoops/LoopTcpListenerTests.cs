using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using WsPrism.Core.Configuration;
using WsPrism.Core.Sessions;
using WsPrism.Core.Shards;
using WsPrism.Transports.EventLoops;
using WsPrism.Transports.Tcp;

namespace WsPrism.Transports.Tests.EventLoops;

/// <summary>What stopping leaves to clients that have no session yet.</summary>
public sealed class LoopTcpListenerTests : IAsyncDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);

    private readonly TaskCompletionSource<TcpHandshakeStatus> _decision = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _isDeciding = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly EventLoop _loop;
    private readonly LoopTcpListener _listener;
    private readonly Socket _client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = (int)Long.TotalMilliseconds };

    public LoopTcpListenerTests()
    {
        var shards = new Shard[1];
        shards[0] = new Shard(0, shards, TimeProvider.System, NullLogger.Instance) { Executor = null!, Timings = SessionTimings.From(new GatewayConfig()) };
        _loop = new EventLoop(shards[0], usesRing: false, NullLogger.Instance);
        shards[0].Executor = _loop;
        _loop.Start();
        _listener = new LoopTcpListener(new IPEndPoint(IPAddress.Loopback, 0), [_loop], TimeProvider.System, NullLogger.Instance, _ => new Handshake(this));
        _listener.Start();
        _client.Connect(_listener.EndPoint);
    }

    [Fact]
    public async Task Who_is_decided_on_still_hears_the_answer()
    {
        _client.Send("line"u8);
        await _isDeciding.Task.WaitAsync(Long, TimeProvider.System);

        // What is not read when a socket is closed would take the answer with it.
        _client.Send("and more"u8);
        var stopped = _listener.StopAsync(Long);
        await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        _decision.SetResult(TcpHandshakeStatus.Refused);

        Assert.Equal("no", ReadToEnd());
        await stopped.WaitAsync(Long, TimeProvider.System);
    }

    [Fact]
    public async Task Who_waits_longer_than_the_patience_is_given_up()
    {
        _client.Send("line"u8);
        await _isDeciding.Task.WaitAsync(Long, TimeProvider.System);

        await _listener.StopAsync(TimeSpan.FromMilliseconds(50)).WaitAsync(Long, TimeProvider.System);

        Assert.Empty(ReadToEnd());
    }

    [Fact]
    public async Task Who_has_said_nothing_is_not_waited_for()
    {
        // Known to the loop before it stops.
        _client.Send("l"u8);
        await _isDeciding.Task.WaitAsync(Long, TimeProvider.System);

        var stopped = _listener.StopAsync(2 * Long);

        Assert.Empty(ReadToEnd());
        await stopped.WaitAsync(Long, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        _loop.Dispose();
        _client.Dispose();
    }

    private string ReadToEnd()
    {
        var text = string.Empty;
        var bytes = new byte[16];
        try
        {
            for (var count = _client.Receive(bytes); count > 0; count = _client.Receive(bytes))
            {
                text += System.Text.Encoding.ASCII.GetString(bytes, 0, count);
            }
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionReset)
        {
        }

        return text;
    }

    /// <summary>Decides when the test does, once it has seen four bytes.</summary>
    private sealed class Handshake(LoopTcpListenerTests test) : ITcpHandshake
    {
        public int MaxLength => 64;

        public ReadOnlyMemory<byte> Refusal { get; private set; }

        public TcpHandshakeStatus Read(ReadOnlySpan<byte> bytes, out int length)
        {
            length = bytes.Length;
            test._isDeciding.TrySetResult();
            return length < 4 ? TcpHandshakeStatus.NeedMore : TcpHandshakeStatus.Deciding;
        }

        public async Task<TcpHandshakeStatus> DecidedAsync()
        {
            var decision = await test._decision.Task;
            Refusal = "no"u8.ToArray();
            return decision;
        }

        public void Abandon() => test._decision.TrySetResult(TcpHandshakeStatus.Refused);

        public void TimeOut()
        {
        }

        public void Begin(LoopSocket socket)
        {
        }

        public void GiveUp()
        {
        }
    }
}
