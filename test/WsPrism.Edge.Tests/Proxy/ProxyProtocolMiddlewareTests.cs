using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;
using WsPrism.Edge.Tests.Support;
using WsPrism.Gateway.Handshake;

namespace WsPrism.Edge.Tests.Proxy;

/// <summary>What the middleware does with a connection, on pipes and with a clock of its own.</summary>
public sealed class ProxyProtocolMiddlewareTests
{
    private static readonly byte[] Request = [.. "GET / HTTP/1.1\r\n\r\n"u8];
    private static readonly byte[][] Headers =
    [
        [.. "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n"u8],
        ProxyHeaders.Version2(IPEndPoint.Parse("192.0.2.1:56324"), IPEndPoint.Parse("198.51.100.1:443")),
    ];

    [Fact]
    public async Task A_header_is_taken_off_wherever_it_is_split()
    {
        foreach (var header in Headers)
        {
            byte[] bytes = [.. header, .. Request];
            for (var split = 1; split < bytes.Length; split++)
            {
                var run = new Run("10.0.0.1");
                await run.SendAsync(bytes[..split]);
                await run.SendAsync(bytes[split..]);

                Assert.Equal(Request, await run.PassedOnAsync(Request.Length));
                Assert.Equal(IPEndPoint.Parse("192.0.2.1:56324"), run.Connection.RemoteEndPoint);
            }
        }
    }

    [Fact]
    public async Task A_header_is_taken_off_when_it_comes_byte_by_byte()
    {
        foreach (var header in Headers)
        {
            var run = new Run("10.0.0.1");
            foreach (var value in header.Concat(Request))
                await run.SendAsync([value]);

            Assert.Equal(Request, await run.PassedOnAsync(Request.Length));
            Assert.Equal(IPEndPoint.Parse("192.0.2.1:56324"), run.Connection.RemoteEndPoint);
        }
    }

    [Fact]
    public async Task Without_a_header_the_connection_goes_on_as_it_is()
    {
        var run = new Run("10.0.0.1");
        await run.SendAsync(Request);

        Assert.Equal(Request, await run.PassedOnAsync(Request.Length));
        Assert.Equal(IPEndPoint.Parse("10.0.0.1:5000"), run.Connection.RemoteEndPoint);
    }

    [Fact]
    public async Task A_stranger_is_not_believed_nor_waited_for()
    {
        var run = new Run("203.0.113.9");
        await run.SendAsync(Headers[0]);

        Assert.Equal(Headers[0], await run.PassedOnAsync(Headers[0].Length));
        Assert.Equal(IPEndPoint.Parse("203.0.113.9:5000"), run.Connection.RemoteEndPoint);
    }

    [Fact]
    public async Task A_proxy_is_known_by_its_IPv4_address_on_a_dual_stack_socket()
    {
        var run = new Run("::ffff:10.0.0.1");
        await run.SendAsync([.. Headers[0], .. Request]);

        Assert.Equal(Request, await run.PassedOnAsync(Request.Length));
    }

    [Fact]
    public async Task A_wrong_header_closes_the_connection()
    {
        var run = new Run("10.0.0.1");
        await run.SendAsync([.. "PROXY TCP4 nonsense\r\n"u8, .. Request]);

        await run.Ended;

        Assert.True(run.WasAborted);
        Assert.False(run.WentOn);
    }

    [Fact]
    public async Task A_peer_that_sends_nothing_is_closed_after_the_time()
    {
        var run = new Run("10.0.0.1");
        await run.SendAsync(Headers[0][..3]);

        run.Time.Advance(ProxyProtocolMiddleware.Timeout - TimeSpan.FromMilliseconds(1));
        Assert.False(run.Ended.IsCompleted);
        run.Time.Advance(TimeSpan.FromMilliseconds(1));
        await run.Ended;

        Assert.True(run.WasAborted);
        Assert.False(run.WentOn);
    }

    [Fact]
    public async Task A_peer_that_leaves_again_is_let_go()
    {
        var run = new Run("10.0.0.1");
        await run.Client.CompleteAsync();

        await run.Ended;

        Assert.False(run.WentOn);
    }

    private sealed class Run
    {
        private readonly Pipe _toServer = new();
        private readonly TaskCompletionSource _wentOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Run(string peer)
        {
            var pair = new Duplex(_toServer.Reader, new Pipe().Writer);
            Connection = new AbortableConnection(pair) { RemoteEndPoint = new IPEndPoint(IPAddress.Parse(peer), 5000) };
            var middleware = new ProxyProtocolMiddleware(new TrustedProxies(["10.0.0.0/8"]), Time, NullLogger.Instance);
            var ended = middleware.Wrap(_ =>
            {
                _wentOn.SetResult();
                return Task.CompletedTask;
            })(Connection);
            Ended = ended.WaitAsync(Patience.Time);
        }

        public AbortableConnection Connection { get; }

        public ManualTime Time { get; } = new();

        public PipeWriter Client => _toServer.Writer;

        public Task Ended { get; }

        public bool WasAborted => Connection.WasAborted;

        public bool WentOn => _wentOn.Task.IsCompleted;

        public async Task SendAsync(byte[] bytes) => await Client.WriteAsync(bytes);

        public async Task<byte[]> PassedOnAsync(int length)
        {
            await _wentOn.Task.WaitAsync(Patience.Time);
            var result = await Connection.Transport.Input.ReadAtLeastAsync(length);
            return result.Buffer.ToArray();
        }
    }

    private sealed class AbortableConnection(IDuplexPipe transport) : DefaultConnectionContext("test", transport, transport)
    {
        public bool WasAborted { get; private set; }

        public override void Abort(ConnectionAbortedException abortReason) => WasAborted = true;
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
