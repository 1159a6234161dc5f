using System.Text;
using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Handshake;

/// <summary>Requests that are too large, never finished, or more than one at a time.</summary>
public sealed class HttpAbuseTests
{
    private const string Good = "/v1/ws?tenant=acme&ticket=t-alice";

    [Fact]
    public async Task Headers_that_are_too_large_are_refused_and_the_connection_ends()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var client = await gateway.ConnectRawAsync();

        await client.SendAsync(RawClient.Get(Good, $"X-Large: {new string('x', 20_000)}"));

        Assert.Equal(431, (await client.ReadHttpAsync()).Status);
        Assert.Empty(await client.ReadToEndAsync());
    }

    [Fact]
    public async Task Too_many_headers_are_refused()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();

        var answer = await gateway.AskAsync(RawClient.Get(Good, [.. Enumerable.Range(0, 100).Select(i => $"X-{i}: y")]));

        Assert.Equal(431, answer.Status);
    }

    [Fact]
    public async Task A_request_line_that_is_too_long_is_refused()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();

        var answer = await gateway.AskAsync(RawClient.Get($"{Good}&x={new string('x', 10_000)}"));

        Assert.Equal(414, answer.Status);
    }

    [Theory]
    [InlineData("Content-Length: 5")]
    [InlineData("Content-Length: 99999999999")]
    [InlineData("Transfer-Encoding: chunked")]
    public async Task A_body_is_never_taken_in(string header)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var client = await gateway.ConnectRawAsync();

        var answer = await client.AskAsync(RawClient.Get(Good, header));

        Assert.True(answer.Status is 426 or 400 or 413, answer.WithoutDate);
    }

    [Theory]
    [InlineData("GET\r\n\r\n")]
    [InlineData("GET /v1/ws\r\n\r\n")]
    [InlineData("GET /v1/ws HTTP/9.9\r\n\r\n")]
    [InlineData("GET /v1/ws HTTP/1.1\r\n\r\n")]
    [InlineData("GET /v1/ws HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")]
    [InlineData("GET /v1/ws HTTP/1.1\r\nHost: a\r\nBad Header: b\r\n\r\n")]
    [InlineData("GET /v1/ws HTTP/1.1\r\nHost: a\r\nNul: \0\r\n\r\n")]
    [InlineData("\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003\r\n\r\n")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")]
    public async Task What_is_no_http_request_is_refused_and_the_connection_ends(string bytes)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var client = await gateway.ConnectRawAsync();

        await client.SendAsync(bytes);
        var answer = Encoding.Latin1.GetString(await client.ReadToEndAsync());

        Assert.True(answer.Length == 0 || answer.StartsWith("HTTP/1.1 4", StringComparison.Ordinal) || answer.StartsWith("HTTP/1.1 505", StringComparison.Ordinal) || answer[0] == '\0', answer);
    }

    [Fact]
    public async Task Requests_that_are_never_finished_keep_nobody_waiting()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        var halfOpen = new List<RawClient>();
        var request = RawClient.Get(Good, WsClient.UpgradeHeaders);
        for (var i = 0; i < 200; i++)
        {
            var client = await gateway.ConnectRawAsync();
            await client.SendAsync(request[..(i % (request.Length - 1))]);
            halfOpen.Add(client);
        }

        using var served = await gateway.ConnectAsync("t-bob");
        await served.IsQuietAsync();

        halfOpen.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task A_connection_that_dribbles_its_headers_is_ended()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var client = await gateway.ConnectRawAsync();

        await client.SendAsync("GET /v1/ws HTTP/1.1\r\nHost: a\r\nX-Slow: ");
        var end = Encoding.Latin1.GetString(await client.ReadToEndAsync());

        Assert.StartsWith("HTTP/1.1 408", end, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_byte_by_byte_is_served()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var client = await gateway.ConnectRawAsync();

        foreach (var c in RawClient.Get(Good))
        {
            await client.SendAsync(c.ToString());
        }

        Assert.Equal(426, (await client.ReadHttpAsync()).Status);
    }

    [Fact]
    public async Task Frames_right_behind_the_upgrade_are_not_lost()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var raw = await gateway.ConnectRawAsync();
        var join = new ClientFrame(ClientFrame.Text, """{"svc":"room","type":"join","room":"r","id":1}"""u8.ToArray()).ToBytes();
        var send = new ClientFrame(ClientFrame.Text, """{"svc":"chat","type":"send","data":{"msg":"early"},"id":2}"""u8.ToArray()).ToBytes();

        await raw.SendAsync((byte[])[.. Encoding.ASCII.GetBytes(RawClient.Get(Good, WsClient.UpgradeHeaders)), .. join, .. send]);

        Assert.Equal(101, (await raw.ReadHttpAsync()).Status);
        var types = new List<string>();
        while (types.Count < 7)
        {
            types.Add((await ServerFrame.ReadAsync(raw)).Json.GetProperty("type").GetString()!);
        }

        Assert.Equal(["authed", "budget", "budget"], types.Take(3));
        Assert.Equal(["ack", "ack", "joined", "msg"], types.Skip(3).Order());
    }

    [Fact]
    public async Task A_connection_that_was_kept_alive_can_be_upgraded()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var raw = await gateway.ConnectRawAsync();

        Assert.Equal(404, (await raw.AskAsync(RawClient.Get("/nothing"))).Status);
        Assert.Equal(401, (await raw.AskAsync(RawClient.Get("/v1/ws?tenant=acme&ticket=wrong", WsClient.UpgradeHeaders))).Status);
        Assert.Equal(426, (await raw.AskAsync(RawClient.Get(Good))).Status);
        using var client = await WsClient.UpgradeAsync(raw, Good);

        await client.GreetedAsync();
        await client.IsQuietAsync();
    }

    [Fact]
    public async Task Requests_that_come_at_once_are_answered_in_order()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var raw = await gateway.ConnectRawAsync();

        await raw.SendAsync(RawClient.Get("/nothing") + RawClient.Get("/v1/ws?tenant=acme&ticket=wrong") + RawClient.Get(Good));

        Assert.Equal(404, (await raw.ReadHttpAsync()).Status);
        Assert.Equal(401, (await raw.ReadHttpAsync()).Status);
        Assert.Equal(426, (await raw.ReadHttpAsync()).Status);
    }
}
