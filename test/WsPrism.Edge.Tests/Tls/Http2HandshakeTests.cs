using System.Net;
using System.Text.Json;
using WsPrism.Edge.Tests.Support;

namespace WsPrism.Edge.Tests.Tls;

/// <summary>The checks of PROTOCOL §2 answer over HTTP/2 as over HTTP/1.1, to an extended CONNECT as to a GET.</summary>
public sealed class Http2HandshakeTests : IDisposable
{
    private readonly Certificates _certificates = new();

    public static TheoryData<bool> AsConnectOrGet => [true, false];

    public void Dispose() => _certificates.Dispose();

    [Theory]
    [InlineData("/v1/ws", "", 400, "BAD_REQUEST")]
    [InlineData("/v1/ws?tenant=acme", "", 400, "BAD_REQUEST")]
    [InlineData("/v1/ws?tenant=acme&ticket=wrong", "", 401, "AUTH_FAILED")]
    [InlineData("/v1/ws?tenant=nobody&ticket=alice", "", 401, "AUTH_FAILED")]
    [InlineData("/v1/ws?tenant=acme&ticket=alice", "https://evil.example", 403, "NOT_ALLOWED")]
    [InlineData("/elsewhere", "", 404, "BAD_REQUEST")]
    public async Task A_refused_stream_has_its_status_and_reason(string path, string origin, int status, string code)
    {
        await using var gateway = await GatewayRun.StartAsync(_certificates.Pem);
        using var wire = new Wire(gateway, HttpVersion.Version20, tls: true);

        var connect = await wire.GetAsync(path, request => Prepare(request, true, origin));
        var get = await wire.GetAsync(path, request => Prepare(request, false, origin));

        Assert.Equal((status, code), (connect.Status, CodeOf(connect.Body)));
        Assert.Equal((status, code), (get.Status, CodeOf(get.Body)));
        Assert.Equal("application/json", connect.Response.Content.Headers.ContentType?.ToString());
    }

    [Fact]
    public async Task A_plain_request_is_told_to_upgrade_without_a_header_that_HTTP2_has_not()
    {
        await using var gateway = await GatewayRun.StartAsync(_certificates.Pem);
        using var wire = new Wire(gateway, HttpVersion.Version20, tls: true);
        using var old = new Wire(gateway, HttpVersion.Version11, tls: true);

        var over2 = await wire.GetAsync("/v1/ws?tenant=acme&ticket=alice");
        var over11 = await old.GetAsync("/v1/ws?tenant=acme&ticket=alice");

        Assert.Equal((426, "UPGRADE_REQUIRED"), (over2.Status, CodeOf(over2.Body)));
        Assert.False(over2.Response.Headers.Contains("Upgrade"));
        Assert.Equal("13", Assert.Single(over2.Response.Headers.GetValues("Sec-WebSocket-Version")));
        Assert.Equal(426, over11.Status);
        Assert.Equal("websocket", over11.Response.Headers.Upgrade.ToString());
    }

    [Fact]
    public async Task Another_version_of_WebSocket_is_told_which_one_is_spoken()
    {
        await using var gateway = await GatewayRun.StartAsync(_certificates.Pem);
        using var wire = new Wire(gateway, HttpVersion.Version20, tls: true);

        var answer = await wire.GetAsync("/v1/ws?tenant=acme&ticket=alice", request => Prepare(request, true, "", version: "8"));

        Assert.Equal((426, "UPGRADE_REQUIRED"), (answer.Status, CodeOf(answer.Body)));
    }

    [Theory]
    [MemberData(nameof(AsConnectOrGet))]
    public async Task Too_many_handshakes_are_told_when_to_come_back(bool asConnect)
    {
        await using var gateway = await GatewayRun.StartAsync(_certificates.Pem + "\nhandshake_limit: {per_ip_rps: 1, per_ip_burst: 1}");
        using var wire = new Wire(gateway, HttpVersion.Version20, tls: true);

        await wire.GetAsync("/v1/ws");
        var answer = await wire.GetAsync("/v1/ws", request => Prepare(request, asConnect, ""));

        Assert.Equal((429, "RATE_LIMITED"), (answer.Status, CodeOf(answer.Body)));
        Assert.NotNull(answer.Response.Headers.RetryAfter);
    }

    [Fact]
    public async Task Another_method_is_not_allowed()
    {
        await using var gateway = await GatewayRun.StartAsync(_certificates.Pem);
        using var wire = new Wire(gateway, HttpVersion.Version20, tls: true);

        var answer = await wire.GetAsync("/v1/ws?tenant=acme&ticket=alice", request => request.Method = HttpMethod.Put);
        var otherProtocol = await wire.GetAsync("/v1/ws?tenant=acme&ticket=alice", request => Prepare(request, true, "", protocol: "connect-udp"));

        Assert.Equal(405, answer.Status);
        Assert.Equal(405, otherProtocol.Status);
    }

    private static void Prepare(HttpRequestMessage request, bool asConnect, string origin, string version = "13", string protocol = "websocket")
    {
        if (asConnect)
        {
            request.Method = HttpMethod.Connect;
            request.Headers.Protocol = protocol;
            request.Headers.Add("Sec-WebSocket-Version", version);
        }

        if (origin.Length > 0)
            request.Headers.Add("Origin", origin);
    }

    private static string? CodeOf(string body) => JsonDocument.Parse(body).RootElement.GetProperty("code").GetString();
}
