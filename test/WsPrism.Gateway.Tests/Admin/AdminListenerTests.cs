using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Admin;

public sealed class AdminListenerTests
{
    [Theory]
    [InlineData("/healthz", "ok\n")]
    [InlineData("/readyz", "ready\n")]
    [InlineData("/healthz?verbose=1", "ok\n")]
    public async Task A_gateway_that_runs_is_alive_and_ready(string target, string body)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();

        var answer = await gateway.AskAdminAsync(target);

        Assert.Equal((200, body), (answer.Status, answer.Body));
        Assert.Equal("no-store", answer.Header("cache-control"));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/v1/ws?tenant=acme&ticket=t-alice")]
    [InlineData("/metrics/")]
    [InlineData("/HEALTHZ")]
    [InlineData("/v1/tenant")]
    public async Task Anything_else_is_not_found(string target)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var client = await RawClient.ConnectAsync(gateway.AdminAddress);

        var answer = await client.AskAsync(RawClient.Get(target, WsClient.UpgradeHeaders));

        Assert.Equal(404, answer.Status);
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    public async Task Only_reading_is_allowed(string method)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var client = await RawClient.ConnectAsync(gateway.AdminAddress);

        var answer = await client.AskAsync(RawClient.Request(method, "/metrics", "Content-Length: 0"));

        Assert.Equal(405, answer.Status);
        Assert.Equal("GET, HEAD", answer.Header("allow"));
    }

    [Theory]
    [InlineData("/healthz")]
    [InlineData("/metrics")]
    public async Task HEAD_is_answered_without_a_body(string target)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var client = await RawClient.ConnectAsync(gateway.AdminAddress);

        await client.SendAsync(RawClient.Request("HEAD", target, "Connection: close"));

        Assert.Equal(200, (await client.ReadHttpAsync(head: true)).Status);
        Assert.Empty(await client.ReadToEndAsync());
    }

    [Fact]
    public async Task Metrics_are_prometheus_text_whose_ledger_adds_up_and_whose_labels_are_ours()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(new TestConfig().Gateway("shards", "3").Tenant("policy.compression", "true"));
        const string Trap = "zzz\\\"{}";
        using var alice = await gateway.ConnectAsync("load-zzz");
        using var bob = await gateway.UpgradeAsync("t-bob", headers: "Origin: https://zzz.test");
        await alice.JoinAsync(Trap);
        await bob.JoinAsync(Trap);
        await gateway.AskAsync(RawClient.Get("/v1/ws?tenant=zzz&ticket=zzz"));
        await gateway.AskAsync(RawClient.Get("/zzz"));
        foreach (var text in new[] { """{"svc":"zzz","type":"zzz"}""", """{"svc":"chat","type":"zzz"}""", """{"svc":"chat","type":"send","data":{"msg":"zzz"}}""", "zzz" })
        {
            await alice.SendTextAsync(text);
        }

        foreach (var hex in new[] { "01 01 00 7a7a7a", "01 01 20", "fa 01 02", "77 01 00" })
        {
            await alice.SendHotAsync(hex);
        }

        await alice.RoundTripAsync();
        await bob.RoundTripAsync();
        var answer = await gateway.AskAdminAsync("/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Header("content-type"));
        var metrics = Metrics.Parse(answer.Body);

        Assert.DoesNotContain("zzz", answer.Body, StringComparison.OrdinalIgnoreCase);
        Assert.True(metrics.Sum("wsprism_ledger_accepted_total", ("class", "hot_reliable")) > 0);
        foreach (var tenant in new[] { "acme", "zeta" })
        {
            foreach (var cls in new[] { "control", "hot_reliable", "hot_lossy", "ext" })
            {
                (string, string)[] labels = [("tenant", tenant), ("class", cls)];
                Assert.Equal(
                    metrics.Sum("wsprism_ledger_accepted_total", labels), metrics.Sum("wsprism_ledger_total", labels) + metrics.Sum("wsprism_queue_messages", labels));
            }
        }

        Assert.Equal(2, metrics.Sum("wsprism_sessions", ("tenant", "acme")));
        Assert.Equal(1, metrics.Sum("wsprism_rooms", ("tenant", "acme")));
        Assert.Equal(3, metrics.Samples.Count(sample => sample.Name == "wsprism_shard_sessions"));
    }
}
