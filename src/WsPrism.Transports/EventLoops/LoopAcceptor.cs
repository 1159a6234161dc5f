using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using WsPrism.Core.Time;

namespace WsPrism.Transports.EventLoops;

/// <summary>
/// A listening socket in the first loop. New connections go round the loops, each to the one with the fewer of the next two. Where the process is out of
/// descriptors it stops accepting, says so once, and tries again a moment later. The accepting state belongs to that loop's thread.
/// </summary>
internal sealed partial class LoopAcceptor : ILoopHandler, IAsyncDisposable
{
    private const int Backlog = 4_096;
    private const int AcceptsPerTurn = 64;
    private const int RetryMs = 100;
    private const int MaxUnsentBytes = 16_384;

    // The last descriptors are not for clients: without any the runtime itself fails, and takes the process with it.
    private const int Reserved = 64;

    private readonly IReadOnlyList<EventLoop> _loops;
    private readonly EventLoop _home;
    private readonly ILogger _logger;
    private readonly Socket _socket;
    private readonly Descriptor _descriptor;
    private readonly RetryTimer _retry;
    private readonly int _maxDescriptor = Descriptor.Limit() - Reserved;
    private readonly AcceptedHandler _accepted;
    private ulong _token;
    private uint _next;
    private bool _isStarved;
    private bool _isClosed;

    /// <summary>Binds, and listens from <see cref="Start"/> on.</summary>
    /// <exception cref="SocketException">The address cannot be bound.</exception>
    public LoopAcceptor(IPEndPoint endpoint, IReadOnlyList<EventLoop> loops, ILogger logger, AcceptedHandler accepted)
    {
        _accepted = accepted;
        _loops = loops;
        _home = loops[0];
        _logger = logger;
        _retry = new RetryTimer(this);
        _socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        try
        {
            if (endpoint.AddressFamily == AddressFamily.InterNetworkV6 && endpoint.Address.Equals(IPAddress.IPv6Any))
            {
                _socket.DualMode = true;
            }

            // What is accepted inherits both. What is behind the unsent bytes waits in the outbox, where newer states still replace older ones (PROTOCOL §5).
            _socket.NoDelay = true;
            _socket.SetRawSocketOption(Libc.TcpLevel, Libc.TcpNotSentLowAt, BitConverter.GetBytes(MaxUnsentBytes));
            _socket.Bind(endpoint);
            _socket.Listen(Backlog);
        }
        catch (SocketException)
        {
            _socket.Dispose();
            throw;
        }

        // The socket keeps the descriptor; this is only its number, and never closes it.
        _descriptor = new Descriptor(Duplicate(_socket));
        EndPoint = _socket.LocalEndPoint!;
    }

    /// <summary>Makes the owner of a new socket; the answer starts it, and is called on the thread of <paramref name="loop"/>.</summary>
    public delegate Action AcceptedHandler(EventLoop loop, Descriptor descriptor, IPEndPoint? remote);

    public EndPoint EndPoint { get; }

    public void Start() => _home.Shard.Post(Listen);

    /// <summary>Stops listening; completes when nothing more is accepted.</summary>
    public async ValueTask DisposeAsync()
    {
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _home.Shard.Post(() =>
        {
            Close();
            closed.SetResult();
        });
        await closed.Task.ConfigureAwait(false);
    }

    public void OnReady(uint events)
    {
        for (var i = 0; i < AcceptsPerTurn; i++)
        {
            if (_descriptor.Accept(out var remote, out var error) is not { } accepted)
            {
                OnRefused(error);
                return;
            }

            // The system gives the lowest number that is free: one so high says how many are taken.
            if (accepted.Number > _maxDescriptor)
            {
                accepted.Dispose();
                OnRefused(Libc.TooManyFiles);
                return;
            }

            try
            {
                Place(accepted, remote);
            }
            catch (Exception exception)
            {
                accepted.Dispose();
                Log.NotPlaced(_logger, exception);
            }
        }
    }

    public void OnFault()
    {
        // What can fail is placing one connection, which is caught there; listening goes on.
    }

    // A second descriptor for the same listening socket, the loop's own, so that neither side can close it under the other.
    private static int Duplicate(Socket socket)
    {
        var number = Libc.Duplicate((int)socket.Handle);
        return number >= 0 ? number : throw new SocketException();
    }

    private void Listen()
    {
        if (!_isClosed)
        {
            _token = _home.Register(_descriptor, this, Libc.EpollIn);
            if (_token == 0)
            {
                Log.NotWatched(_logger, EndPoint);
            }
        }
    }

    private void OnRefused(int error)
    {
        if (error is not (Libc.TooManyFiles or Libc.TooManyFilesInSystem or Libc.NoMemory or Libc.NoBuffers))
        {
            // Nobody waits any more, or who waited is gone again: if there was a shortage, it is over.
            if (_isStarved)
            {
                _isStarved = false;
                Log.AcceptingAgain(_logger, EndPoint);
            }

            return;
        }

        if (!_isStarved)
        {
            _isStarved = true;
            Log.OutOfDescriptors(_logger, EndPoint);
        }

        // The poller would report the waiting connection again at once, and again.
        _home.Watch(_descriptor, _token, 0);
        _home.Shard.Wheel.Arm(_retry, _home.Shard.Clock.NowMs + RetryMs);
    }

    private void Place(Descriptor descriptor, IPEndPoint? remote)
    {
        var count = (uint)_loops.Count;
        var first = _loops[(int)(_next % count)];
        var second = _loops[(int)((_next + 1) % count)];
        _next++;
        var loop = second.Shard.SessionCount < first.Shard.SessionCount ? second : first;
        var begin = _accepted(loop, descriptor, remote);
        if (loop == _home)
        {
            begin();
        }
        else
        {
            loop.Shard.Post(begin);
        }
    }

    private void Close()
    {
        if (_isClosed)
        {
            return;
        }

        _isClosed = true;
        _home.Shard.Wheel.Disarm(_retry);
        if (_token != 0)
        {
            _home.Unregister(_token);
        }

        _descriptor.Dispose();
        _socket.Dispose();
    }

    private sealed class RetryTimer(LoopAcceptor acceptor) : TimerNode
    {
        protected internal override void OnDue(long nowMs) => acceptor._home.Watch(acceptor._descriptor, acceptor._token, Libc.EpollIn);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Out of descriptors or memory: no new connections are accepted at {Address} until some close")]
        public static partial void OutOfDescriptors(ILogger logger, EndPoint address);

        [LoggerMessage(3, LogLevel.Error, "A new connection could not be placed and was closed.")]
        public static partial void NotPlaced(ILogger logger, Exception exception);

        [LoggerMessage(4, LogLevel.Error, "The system does not let {Address} be watched: nobody can connect")]
        public static partial void NotWatched(ILogger logger, EndPoint address);

        [LoggerMessage(2, LogLevel.Information, "Accepting connections at {Address} again")]
        public static partial void AcceptingAgain(ILogger logger, EndPoint address);
    }
}
