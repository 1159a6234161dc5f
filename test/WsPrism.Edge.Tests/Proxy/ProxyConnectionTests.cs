using System.Net;
using System.Net.Sockets;
using System.Text;
using WsPrism.Edge.Tests.Support;

namespace WsPrism.Edge.Tests.Proxy;

/// <summary>Clients behind a proxy, against the whole gateway.</summary>
public sealed class ProxyConnectionTests
{
    private const string Trusted = "trusted_proxies: [127.0.0.0/8, 10.0.0.0/8]\nhandshake_limit: {per_ip_rps: 1, per_ip_burst: 1}";

    private static readonly byte[] FromFirst = [.. "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n"u8];
    private static readonly byte[] FromSecond = ProxyHeaders.Version2(IPEndPoint.Parse("192.0.2.2:1"), IPEndPoint.Parse("198.51.100.1:443"));
    private static readonly byte[] FromTrusted = [.. "PROXY TCP4 10.1.2.3 198.51.100.1 56324 443\r\n"u8];

    [Fact]
    public async Task The_limit_per_address_counts_the_client_and_not_the_proxy()
    {
        await using var gateway = await GatewayRun.StartAsync(Trusted);

        var statuses = new[]
        {
            await StatusAsync(gateway, FromFirst),
            await StatusAsync(gateway, FromFirst),
            await StatusAsync(gateway, FromSecond),
            await StatusAsync(gateway, FromSecond),
            await StatusAsync(gateway, null),
        };

        Assert.Equal([426, 429, 426, 429, 426], statuses);
    }

    [Fact]
    public async Task A_forwarded_address_is_believed_only_when_the_proxied_one_is_trusted()
    {
        await using var gateway = await GatewayRun.StartAsync(Trusted);

        var statuses = new[]
        {
            await StatusAsync(gateway, FromFirst, "203.0.113.1"),
            await StatusAsync(gateway, FromFirst, "203.0.113.2"),
            await StatusAsync(gateway, FromTrusted, "203.0.113.3"),
            await StatusAsync(gateway, FromTrusted, "203.0.113.4"),
            await StatusAsync(gateway, FromTrusted, "203.0.113.4"),
        };

        Assert.Equal([426, 429, 426, 426, 429], statuses);
    }

    [Fact]
    public async Task A_session_behind_a_proxy_is_logged_with_the_clients_address()
    {
        await using var gateway = await GatewayRun.StartAsync(Trusted);
        using var wire = new Wire(gateway, HttpVersion.Version11, tls: false, FromSecond);

        using var alice = await Client.JoinAsync(wire, "alice");

        Assert.Contains(gateway.Log.Lines, line => line.Contains("address=192.0.2.2", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task The_header_comes_ahead_of_TLS(string version)
    {
        using var certificates = new Certificates();
        await using var gateway = await GatewayRun.StartAsync(Trusted + "\n" + certificates.Pem);
        using var wire = new Wire(gateway, Version.Parse(version), tls: true, FromFirst);

        using var alice = await Client.JoinAsync(wire, "alice");
        await alice.CloseAsync();

        Assert.Contains(gateway.Log.Lines, line => line.Contains("address=192.0.2.1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_strangers_header_is_a_bad_request()
    {
        await using var gateway = await GatewayRun.StartAsync("trusted_proxies: [10.0.0.0/8]");

        var answer = await SendRawAsync(gateway, [.. FromFirst, .. "GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8]);

        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trusted_proxys_wrong_header_is_closed_without_a_word()
    {
        await using var gateway = await GatewayRun.StartAsync(Trusted);

        var answer = await SendRawAsync(gateway, [.. "PROXY TCP4 nonsense\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n"u8]);

        Assert.Equal("", answer);
        Assert.Contains(gateway.Log.Lines, line => line.Contains("PROXY header that is wrong", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_health_check_that_connects_and_leaves_is_no_error()
    {
        await using var gateway = await GatewayRun.StartAsync(Trusted);

        var silent = await SendRawAsync(gateway, [], leaves: true);
        var local = await SendRawAsync(gateway, ProxyHeaders.Version2(ProxyHeaders.Local, 0, []), leaves: true);

        Assert.Equal("", silent + local);
        Assert.DoesNotContain(gateway.Log.Lines, line => line.Contains("PROXY header", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_proxy_that_says_nothing_delays_no_shutdown()
    {
        await using var gateway = await GatewayRun.StartAsync(Trusted + "\ndrain_grace_ms: 0");
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPEndPoint.Parse(gateway.Host.ClientAddress));
        await StatusAsync(gateway, null);

        await gateway.Host.DrainAsync().WaitAsync(Patience.Time);

        Assert.Equal(0, await ReadAsync(socket));
    }

    private static async Task<int> StatusAsync(GatewayRun gateway, byte[]? before, string? forwarded = null)
    {
        using var wire = new Wire(gateway, HttpVersion.Version11, tls: false, before);
        var answer = await wire.GetAsync("/v1/ws?tenant=acme&ticket=alice", request =>
        {
            if (forwarded is not null)
                request.Headers.Add("X-Forwarded-For", forwarded);
        });
        return answer.Status;
    }

    // Says its piece, ends its side if it leaves, and reads what comes. Who ends its side while the server still reads may get no answer at all.
    private static async Task<string> SendRawAsync(GatewayRun gateway, byte[] bytes, bool leaves = false)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPEndPoint.Parse(gateway.Host.ClientAddress));
        await socket.SendAsync(bytes);
        if (leaves)
            socket.Shutdown(SocketShutdown.Send);
        var answer = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            for (int read; (read = await socket.ReceiveAsync(buffer).WaitAsync(Patience.Time)) > 0;)
                answer.Append(Encoding.ASCII.GetString(buffer, 0, read));
        }
        catch (SocketException)
        {
            // Cut off: nothing more comes.
        }

        return answer.ToString();
    }

    private static async Task<int> ReadAsync(Socket socket)
    {
        try
        {
            return await socket.ReceiveAsync(new byte[1]).WaitAsync(Patience.Time);
        }
        catch (SocketException)
        {
            return 0;
        }
    }
}
