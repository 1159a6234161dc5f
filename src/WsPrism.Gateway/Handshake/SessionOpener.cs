using WsPrism.Core;
using WsPrism.Transports;
using WsPrism.Transports.EventLoops;
using WsPrism.Transports.Streams;

namespace WsPrism.Gateway.Handshake;

/// <summary>Begins the session of a client that was admitted, on whatever carries its bytes. Safe for all threads, but for what says otherwise.</summary>
internal sealed class SessionOpener(GatewayNode node)
{
    /// <summary>On a socket of an event loop, on that loop's thread; what came early is taken in before this returns.</summary>
    public void Open(LoopSocket socket, HandshakeVerdict admitted, IFraming framing, string address)
    {
        LoopConnection? connection = null;
        var early = socket.Early;
        var session = node.OpenOn(
            socket.Loop.Shard, admitted.Tenant!, admitted.Identity!, session =>
            {
                session.TrySetState(admitted.State);
                return connection = new LoopConnection(socket, framing, session, address);
            });
        socket.Loop.Shard.Guard(session, _ => connection!.Begin(early));
    }

    /// <summary>On a stream; completes when the session's connection has ended. The stream is the caller's.</summary>
    public async Task RunAsync(Stream stream, HandshakeVerdict admitted, IFraming framing, string address, Action abort)
    {
        StreamConnection? connection = null;
        node.Open(admitted.Tenant!, admitted.Identity!, session =>
        {
            // Before anybody else knows the session.
            session.TrySetState(admitted.State);
            return connection = new StreamConnection(stream, framing, session, address, abort);
        });
        await connection!.RunAsync();
    }
}
