using WsPrism.Core;
using WsPrism.Core.Sessions;
using WsPrism.Core.Transport;
using WsPrism.Transports;
using WsPrism.Transports.EventLoops;
using WsPrism.Transports.Streams;

namespace WsPrism.Gateway.Handshake;

/// <summary>
/// Begins the session of a client that was admitted, or carries on with the one that it has a claim to, on whatever carries its bytes. Safe for all threads, but for
/// what says otherwise.
/// </summary>
internal sealed class SessionOpener(GatewayNode node)
{
    /// <summary>
    /// On a socket of an event loop, on that loop's thread; what came early is taken in. A client that comes back to a session of another loop takes its socket there.
    /// </summary>
    public void Open(LoopSocket socket, HandshakeVerdict admitted, IFraming framing, string address)
    {
        if (admitted.Claim is { } claim && claim.Session.Shard != socket.Loop.Shard)
        {
            socket.MoveTo((EventLoop)claim.Session.Shard.Executor, moved => Open(moved, admitted, framing, address));
            return;
        }

        LoopConnection? connection = null;
        var early = socket.Early;
        ITransportConnection Connect(Session session)
        {
            SetState(session, admitted);
            return connection = new LoopConnection(socket, framing, session, address);
        }

        var session = admitted.Claim is null
            ? node.OpenOn(socket.Loop.Shard, admitted.Tenant!, admitted.Identity!, Connect, admitted.ResumeFailure)
            : node.ResumeOn(admitted.Claim, admitted.Tenant!, admitted.Identity!, Connect);
        socket.Loop.Shard.Guard(session, _ => connection!.Begin(early));
    }

    /// <summary>On a stream; completes when the session's connection has ended. The stream is the caller's.</summary>
    public async Task RunAsync(Stream stream, HandshakeVerdict admitted, IFraming framing, string address, Action abort)
    {
        StreamConnection? connection = null;
        ITransportConnection Connect(Session session)
        {
            SetState(session, admitted);
            return connection = new StreamConnection(stream, framing, session, address, abort);
        }

        if (admitted.Claim is { } claim)
        {
            var resumed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            claim.Session.Shard.Post(() =>
            {
                try
                {
                    node.ResumeOn(claim, admitted.Tenant!, admitted.Identity!, Connect);
                    resumed.SetResult();
                }
                catch (Exception exception)
                {
                    resumed.SetException(exception);
                }
            });
            await resumed.Task;
        }
        else
        {
            node.Open(admitted.Tenant!, admitted.Identity!, Connect, admitted.ResumeFailure);
        }

        await connection!.RunAsync();
    }

    // Before anybody else knows a new session; one that is resumed keeps the state that it has.
    private static void SetState(Session session, HandshakeVerdict admitted)
    {
        if (session != admitted.Claim?.Session)
        {
            session.TrySetState(admitted.State);
        }
    }
}
