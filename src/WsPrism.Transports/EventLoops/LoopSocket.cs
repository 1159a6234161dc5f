using System.Buffers;

namespace WsPrism.Transports.EventLoops;

/// <summary>
/// A socket that changes hands within its loop, or goes to another. <see cref="Early"/> holds what came for the new owner already and is valid for the call that hands
/// it over.
/// </summary>
internal readonly record struct LoopSocket(EventLoop Loop, Descriptor Descriptor, ulong Token, ReadOnlySequence<byte> Early)
{
    /// <summary>
    /// Takes the socket to another loop, on whose thread <paramref name="successor"/> gets it. On this loop's thread; nothing here knows the socket when this returns.
    /// Where it cannot be taken there it is closed.
    /// </summary>
    public void MoveTo(EventLoop loop, Action<LoopSocket> successor)
    {
        var (descriptor, early) = (Descriptor, new ReadOnlySequence<byte>(Early.ToArray()));
        Loop.Unregister(Token);
        EpollEventBuffer.Control(Loop.EpollNumber, Libc.EpollDelete, descriptor.Number, 0, 0);
        loop.Shard.Post(() =>
        {
            var token = loop.Register(descriptor, NoHandler.Instance, Libc.EpollIn);
            try
            {
                if (token != 0)
                {
                    successor(new LoopSocket(loop, descriptor, token, early));
                    return;
                }
            }
            catch (Exception)
            {
                // There is no session: nothing else would ever let go of the socket.
                loop.Unregister(token);
                descriptor.Dispose();
                throw;
            }

            descriptor.Dispose();
        });
    }

    // Until the successor has taken its place, which it does before the loop looks at anything.
    private sealed class NoHandler : ILoopHandler
    {
        public static readonly NoHandler Instance = new();

        public void OnReady(uint events)
        {
        }

        public void OnFault()
        {
        }
    }
}
