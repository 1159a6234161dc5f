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
    // How often a stop looks whether the last one has gone.
    private static readonly TimeSpan StopStep = TimeSpan.FromMilliseconds(10);

    private readonly TimeProvider _time;
    private readonly LoopAcceptor _acceptor;
    private readonly Func<IPEndPoint?, ITcpHandshake> _handshakes;
    private readonly ConcurrentDictionary<TcpHandshakePhase, byte> _phases = new();

    /// <param name="endpoint">Where it listens.</param>
    /// <param name="loops">Whom the clients are dealt out to.</param>
    /// <param name="time">For how long stopping waits.</param>
    /// <param name="logger">For trouble with accepting.</param>
    /// <param name="handshakes">Makes who decides on a client from this address.</param>
    public LoopTcpListener(IPEndPoint endpoint, IReadOnlyList<EventLoop> loops, TimeProvider time, ILogger logger, Func<IPEndPoint?, ITcpHandshake> handshakes)
    {
        _time = time;
        _handshakes = handshakes;
        _acceptor = new LoopAcceptor(endpoint, loops, logger, OnAccepted);
    }

    public IPEndPoint EndPoint => (IPEndPoint)_acceptor.EndPoint;

    public void Start() => _acceptor.Start();

    /// <summary>
    /// Stops listening, and gives up who has not said its line. Who waits for its answer still gets it, and who got one has its moment to read it, if that
    /// takes no more than <paramref name="patience"/>.
    /// </summary>
    public async Task StopAsync(TimeSpan patience)
    {
        await _acceptor.DisposeAsync().ConfigureAwait(false);
        await EachAsync(phase => phase.Stop()).ConfigureAwait(false);
        var started = _time.GetTimestamp();
        while (!_phases.IsEmpty && _time.GetElapsedTime(started) < patience)
        {
            await Task.Delay(StopStep, _time).ConfigureAwait(false);
        }

        await DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Stops listening and gives up who is not in yet.</summary>
    public async ValueTask DisposeAsync()
    {
        await _acceptor.DisposeAsync().ConfigureAwait(false);
        await EachAsync(phase => phase.Close()).ConfigureAwait(false);
    }

    // On each one's own loop.
    private async Task EachAsync(Action<TcpHandshakePhase> end)
    {
        foreach (var phase in _phases.Keys)
        {
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            phase.Loop.Shard.Post(() =>
            {
                end(phase);
                done.SetResult();
            });
            await done.Task.ConfigureAwait(false);
        }
    }

    private Action OnAccepted(EventLoop loop, Descriptor descriptor, IPEndPoint? remote)
    {
        var phase = new TcpHandshakePhase(loop, descriptor, _handshakes(remote), gone => _phases.TryRemove(gone, out _));
        _phases.TryAdd(phase, 0);
        return phase.Begin;
    }
}
