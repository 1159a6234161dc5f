using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using WsPrism.Transports.EventLoops;

namespace WsPrism.Transports.Tests.EventLoops;

public sealed unsafe class IoUringTests : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Socket> _sockets = [];

    public IoUringTests()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(64);
    }

    [Fact]
    public void One_submission_sends_to_many_and_answers_each_at_its_place()
    {
        using var ring = Ring(8);
        var pairs = Enumerable.Range(0, 8).Select(_ => Pair()).ToArray();

        // Several rounds, so that the ring's positions wrap.
        for (var round = 0; round < 50; round++)
        {
            var bytes = Pinned(pairs.SelectMany((_, i) => Enumerable.Repeat((byte)(i + round), i + 1)).ToArray(), out var pin);
            var results = new int[8];
            var start = 0;
            for (var i = 0; i < 8; i++)
            {
                ring.PrepareSend((int)pairs[i].Near.Handle, bytes + start, i + 1);
                start += i + 1;
            }

            Assert.True(ring.TrySubmit(results, out _));
            pin.Free();

            Assert.Equal(Enumerable.Range(1, 8), results);
            Assert.All(Enumerable.Range(0, 8), i => Assert.Equal(Enumerable.Repeat((byte)(i + round), i + 1), Read(pairs[i].Far, i + 1)));
        }
    }

    [Fact]
    public void What_fails_holds_nobody_back()
    {
        using var ring = Ring(4);
        var (near, far) = Pair();
        var (gone, _) = Pair();
        gone.Shutdown(SocketShutdown.Send);
        var bytes = Pinned("hello"u8.ToArray(), out var pin);
        var results = new int[4];
        ring.PrepareSend(-1, bytes, 5);
        ring.PrepareSend((int)gone.Handle, bytes, 5);
        ring.PrepareSend((int)near.Handle, bytes, 4);
        ring.PrepareSend((int)near.Handle, bytes, 5);
        ring.Cancel(2);

        Assert.True(ring.TrySubmit(results, out _));
        pin.Free();

        Assert.Equal([-9, Libc.Broken, 0, 5], results);
        Assert.Equal("hello"u8.ToArray(), Read(far, 5));
        Assert.Equal(0, far.Available);
    }

    [Fact]
    public void A_socket_that_takes_nothing_more_is_not_waited_for()
    {
        using var ring = Ring(1);
        var (near, far) = Pair();
        var bytes = Pinned(new byte[1 << 20], out var pin);
        var result = new int[1];
        long sent = 0;
        do
        {
            ring.PrepareSend((int)near.Handle, bytes, 1 << 20);
            Assert.True(ring.TrySubmit(result, out _));
            sent += Math.Max(result[0], 0);
        }
        while (result[0] > 0);

        pin.Free();
        Assert.Equal(Libc.TryAgain, result[0]);
        for (var left = sent; left > 0;)
        {
            left -= far.Receive(new byte[65_536]);
        }
    }

    [Fact]
    public void Where_it_may_be_used_the_probe_says_so()
    {
        using var ring = Ring(1);

        Assert.Null(IoUring.Probe());
    }

    public void Dispose()
    {
        _sockets.ForEach(socket => socket.Dispose());
        _listener.Dispose();
    }

    private static IoUring Ring(int capacity)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "io_uring is Linux's.");
        var ring = IoUring.TryCreate(capacity, out var problem);
        Assert.SkipUnless(ring is not null, $"io_uring may not be used here: {problem}");
        return ring!;
    }

    private static byte* Pinned(byte[] bytes, out GCHandle pin)
    {
        pin = GCHandle.Alloc(bytes, GCHandleType.Pinned);
        return (byte*)pin.AddrOfPinnedObject();
    }

    private static byte[] Read(Socket socket, int count)
    {
        var bytes = new byte[count];
        for (var read = 0; read < count;)
        {
            read += socket.Receive(bytes.AsSpan(read));
        }

        return bytes;
    }

    private (Socket Near, Socket Far) Pair()
    {
        var near = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        near.Connect(_listener.LocalEndPoint!);
        var far = _listener.Accept();
        _sockets.AddRange([near, far]);
        return (near, far);
    }
}
