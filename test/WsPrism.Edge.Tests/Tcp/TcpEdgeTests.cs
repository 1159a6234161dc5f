using System.Net;
using System.Security.Authentication;
using WsPrism.Edge.Tests.Proxy;
using WsPrism.Edge.Tests.Support;
using WsPrism.Gateway.Hosting;

namespace WsPrism.Edge.Tests.Tcp;

/// <summary>The TCP transport with TLS, over a Unix socket, and behind proxies: on loops and on streams.</summary>
public sealed class TcpEdgeTests : IDisposable
{
    private const string Tcp = "tcp: {listen: \"127.0.0.1:0\"}";
    private const string Trusted = Tcp + "\ntrusted_proxies: [127.0.0.0/8]\nhandshake_limit: {per_ip_rps: 1, per_ip_burst: 1}";

    private static readonly byte[] FromFirst = [.. "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n"u8];
    private static readonly byte[] FromSecond = ProxyHeaders.Version2(IPEndPoint.Parse("192.0.2.2:1"), IPEndPoint.Parse("198.51.100.1:443"));

    private readonly Certificates _certificates = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("wsprism-tcp-").FullName;

    public void Dispose()
    {
        _certificates.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("wsprism/1")]
    public async Task With_TLS_a_session_runs_over_it(string? alpn)
    {
        await using var gateway = await GatewayRun.StartAsync(Tcp + "\n" + _certificates.Pem);
        using var alice = await TcpPeer.JoinAsync(gateway, "alice", tls: true, alpn: alpn);
        byte[] frame = [250, 1, 0x20, .. new byte[200_000]];

        await alice.SendAsync(2, frame);
        var echo = await alice.ReadAsync();
        await alice.SendAsync(8, [0xE8, 0x03]);
        var close = await alice.ReadAsync();

        Assert.Equal(frame, echo.Payload);
        Assert.Equal((8, "e803"), (close.Kind, Convert.ToHexStringLower(close.Payload)));
        Assert.Equal(0, await alice.ReadToEndAsync());
        Assert.Contains($"TCP transport active at tcp://{gateway.Host.TcpAddress} (TLS)", gateway.Log.Lines);
    }

    [Fact]
    public async Task With_TLS_a_client_is_refused_over_it()
    {
        await using var gateway = await GatewayRun.StartAsync(Tcp + "\n" + _certificates.Pem);
        using var peer = await TcpPeer.ConnectAsync(gateway, tls: true);

        await peer.SayAsync("WSPRISM/1 tenant=acme ticket=wrong\n");

        Assert.Equal("401 AUTH_FAILED", await peer.ReadCloseAsync());
        Assert.Equal(0, await peer.ReadToEndAsync());
    }

    [Fact]
    public async Task With_TLS_who_speaks_plainly_or_means_another_protocol_is_shut_out()
    {
        await using var gateway = await GatewayRun.StartAsync(Tcp + "\n" + _certificates.Pem);
        using var plain = await TcpPeer.ConnectAsync(gateway);

        await plain.SayAsync("WSPRISM/1 tenant=acme ticket=alice\n");
        await plain.ReadToEndAsync();

        await Assert.ThrowsAnyAsync<AuthenticationException>(() => TcpPeer.ConnectAsync(gateway, tls: true, alpn: "http/1.1"));
        Assert.DoesNotContain(gateway.Log.Lines, line => line.StartsWith("Session opened", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("auto")]
    [InlineData("portable")]
    public async Task A_session_runs_over_a_Unix_socket_whatever_the_other_listener_is(string io)
    {
        var listen = "unix:" + Path.Combine(_folder, "t.sock");
        await using var gateway = await GatewayRun.StartAsync($"io: {io}\ntcp: {{listen: \"{listen}\"}}");
        using var alice = await TcpPeer.JoinAsync(gateway, "alice");
        using var wire = new Wire(gateway, HttpVersion.Version11, tls: false);
        using var bob = await Client.JoinAsync(wire, "bob");

        await alice.SendAsync(1, [.. """{"svc":"room","type":"join","room":"lobby"}"""u8]);
        await alice.ReadAsync();
        await bob.SendAsync("""{"svc":"chat","type":"send","room":"lobby","data":{"msg":"hello"}}""");

        Assert.Contains("hello", (await alice.ReadAsync()).Text, StringComparison.Ordinal);
        Assert.Contains($"TCP transport active at {listen}", gateway.Log.Lines);
    }

    [Fact]
    public async Task Clients_of_WebSocket_at_a_Unix_socket_and_of_TCP_meet_in_a_room()
    {
        await using var gateway = await GatewayRun.StartAsync(Tcp, listen: "unix:" + Path.Combine(_folder, "w.sock"));
        using var alice = await TcpPeer.JoinAsync(gateway, "alice");
        using var wire = new Wire(gateway, HttpVersion.Version11, tls: false);
        using var bob = await Client.JoinAsync(wire, "bob");

        await bob.SendAsync([250, 1, 0, 7]);
        await bob.ReceiveHotAsync();
        await alice.SendAsync(1, [.. """{"svc":"room","type":"join","room":"lobby"}"""u8]);
        await alice.ReadAsync();
        await bob.SendAsync("""{"svc":"chat","type":"send","room":"lobby","data":{"msg":"hello"}}""");

        Assert.Contains("hello", (await alice.ReadAsync()).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_socket_that_somebody_listens_at_is_named_with_its_key()
    {
        var listen = "unix:" + Path.Combine(_folder, "t.sock");
        await using var first = await GatewayRun.StartAsync($"tcp: {{listen: \"{listen}\"}}");

        var exception = await Assert.ThrowsAsync<ListenException>(() => GatewayRun.StartAsync($"tcp: {{listen: \"{listen}\"}}"));

        Assert.Equal($"gateway.tcp.listen: cannot listen at {listen}: another process listens at this socket", exception.Message);
    }

    [Theory]
    [InlineData("auto")]
    [InlineData("portable")]
    [InlineData("tls")]
    public async Task A_trusted_proxys_header_names_the_client(string way)
    {
        await using var gateway = await GatewayRun.StartAsync(Trusted + "\n" + (way == "tls" ? _certificates.Pem : $"io: {way}"));

        using var alice = await TcpPeer.JoinAsync(gateway, "alice", FromFirst, tls: way == "tls");
        using var bob = await TcpPeer.JoinAsync(gateway, "bob", FromSecond, tls: way == "tls");
        using var again = await TcpPeer.ConnectAsync(gateway, FromSecond, tls: way == "tls");
        await again.SayAsync("WSPRISM/1 tenant=acme ticket=bob\n");

        Assert.StartsWith("429 RATE_LIMITED retry_after=", await again.ReadCloseAsync(), StringComparison.Ordinal);
        Assert.Contains(gateway.Log.Lines, line => line.Contains("transport=tcp address=192.0.2.1", StringComparison.Ordinal));
        Assert.Contains(gateway.Log.Lines, line => line.Contains("transport=tcp address=192.0.2.2", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("auto")]
    [InlineData("portable")]
    public async Task Header_and_line_may_be_cut_at_every_byte(string io)
    {
        await using var gateway = await GatewayRun.StartAsync($"{Tcp}\nio: {io}\ntrusted_proxies: [127.0.0.0/8]\nhandshake_limit: {{enabled: false}}");
        foreach (var header in new[] { FromFirst, FromSecond })
        {
            byte[] bytes = [.. header, .. "WSPRISM/1 tenant=acme ticket=alice\n"u8, 4, 0, 0, 0, 2, 250, 1, 0, 7];
            for (var cut = 1; cut < bytes.Length; cut += 3)
            {
                using var peer = await TcpPeer.ConnectAsync(gateway, bytes[..cut]);
                await peer.SendRawAsync(bytes[cut..]);
                while ((await peer.ReadAsync()).Kind != 2)
                {
                }
            }
        }
    }

    [Theory]
    [InlineData("auto")]
    [InlineData("portable")]
    public async Task A_wrong_header_of_a_trusted_proxy_is_closed_without_a_word_and_a_strangers_is_a_bad_line(string io)
    {
        await using var trusting = await GatewayRun.StartAsync($"{Trusted}\nio: {io}");
        await using var other = await GatewayRun.StartAsync($"{Tcp}\nio: {io}\ntrusted_proxies: [10.0.0.0/8]");
        using var wrong = await TcpPeer.ConnectAsync(trusting, [.. "PROXY TCP4 nonsense\r\nWSPRISM/1 tenant=acme ticket=alice\n"u8]);
        using var stranger = await TcpPeer.ConnectAsync(other, FromFirst);

        Assert.Equal(0, await wrong.ReadToEndAsync());
        Assert.Equal("400 BAD_REQUEST", await stranger.ReadCloseAsync());
        Assert.Contains(trusting.Log.Lines, line => line.Contains("PROXY header that is wrong", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Localhost_is_both_of_its_addresses_at_one_port()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Kestrel wants a port for localhost.");
        await using var gateway = await GatewayRun.StartAsync("tcp: {listen: \"localhost:0\"}");

        using var alice = await TcpPeer.JoinAsync(gateway, "alice");

        Assert.StartsWith("127.0.0.1:", gateway.Host.TcpAddress, StringComparison.Ordinal);
    }
}
