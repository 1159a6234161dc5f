using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace WsPrism.Transports.EventLoops;

/// <summary>Hands what a <see cref="LoopAcceptor"/> accepts to Kestrel, which speaks HTTP on it. Safe for all threads; accepting is the acceptor's.</summary>
internal sealed class LoopListener : IConnectionListener
{
    private readonly Channel<HttpPhase> _accepted = Channel.CreateUnbounded<HttpPhase>(new UnboundedChannelOptions { SingleReader = true });
    private readonly LoopAcceptor _acceptor;

    /// <exception cref="AddressInUseException">Somebody else has the address: Kestrel's own word for it.</exception>
    public LoopListener(IPEndPoint endpoint, IReadOnlyList<EventLoop> loops, ILogger logger)
    {
        try
        {
            _acceptor = new LoopAcceptor(endpoint, loops, logger, OnAccepted);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new AddressInUseException(exception.Message, exception);
        }
    }

    public EndPoint EndPoint => _acceptor.EndPoint;

    public void Start() => _acceptor.Start();

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await _accepted.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (_accepted.Reader.TryRead(out var connection))
            {
                return connection;
            }
        }

        return null;
    }

    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        // Not given up when cancelled: the loop is about to do it, and a listener that is half closed helps nobody.
        await _acceptor.DisposeAsync().ConfigureAwait(false);
        _accepted.Writer.TryComplete();
    }

    public async ValueTask DisposeAsync() => await UnbindAsync().ConfigureAwait(false);

    private Action OnAccepted(EventLoop loop, Descriptor descriptor, IPEndPoint? remote)
    {
        var connection = new HttpPhase(loop, descriptor, EndPoint, remote);
        if (!_accepted.Writer.TryWrite(connection))
        {
            connection.Abort();
        }

        return connection.Begin;
    }
}
