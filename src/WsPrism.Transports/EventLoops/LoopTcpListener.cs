using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging;
using WsPrism.Transports.Tcp;

namespace WsPrism.Transports.EventLoops;

/// <summary>
/// Takes in clients of the TCP transport on the event loops. It remembers those that have no session yet, so that stopping can end them: sessions end by
/// themselves. Safe for all threads; each phase belongs to its loop's.
/// </summary>
internal sealed class LoopTcpListener : IAsyncDisposable
{
    private readonly LoopAcceptor _acceptor;
    private readonly Func<IPEndPoint?, ITcpHandshake> _handshakes;
    private readonly ConcurrentDictionary<TcpHandshakePhase, byte> _phases = new();

    /// <param name="endpoint">Where it listens.</param>
    /// <param name="loops">Whom the clients are dealt out to.</param>
    /// <param name="logger">For trouble with accepting.</param>
    /// <param name="handshakes">Makes who decides on a client from this address.</param>
    public LoopTcpListener(IPEndPoint endpoint, IReadOnlyList<EventLoop> loops, ILogger logger, Func<IPEndPoint?, ITcpHandshake> handshakes)
    {
        _handshakes = handshakes;
        _acceptor = new LoopAcceptor(endpoint, loops, logger, OnAccepted);
    }

    public IPEndPoint EndPoint => (IPEndPoint)_acceptor.EndPoint;

    public void Start() => _acceptor.Start();

    /// <summary>Stops listening and gives up who is not in yet.</summary>
    public async ValueTask DisposeAsync()
    {
        await _acceptor.DisposeAsync().ConfigureAwait(false);
        foreach (var phase in _phases.Keys)
        {
            var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            phase.Loop.Shard.Post(() =>
            {
                phase.Close();
                closed.SetResult();
            });
            await closed.Task.ConfigureAwait(false);
        }
    }

    private Action OnAccepted(EventLoop loop, Descriptor descriptor, IPEndPoint? remote)
    {
        var phase = new TcpHandshakePhase(loop, descriptor, _handshakes(remote), gone => _phases.TryRemove(gone, out _));
        _phases.TryAdd(phase, 0);
        return phase.Begin;
    }
}
