using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Lanes;

public abstract class GreetingTests(Wire wire) : TransportTests(wire)
{
    public sealed class OverWebSocket() : GreetingTests(Wire.WebSocket);

    public sealed class OverTcp() : GreetingTests(Wire.Tcp);

    [Fact]
    public async Task A_session_is_greeted_by_authed_and_then_by_both_budgets()
    {
        await using var gateway = await StartAsync(new TestConfig()
            .Tenant("policy.rate_limit_rps", "11").Tenant("policy.rate_limit_burst", "22").Tenant("policy.hot_rate_limit_rps", "33")
            .Gateway("ping_interval_ms", "7000").Gateway("idle_timeout_ms", "14000"));

        using var client = await gateway.OpenAsync("t-alice");
        var authed = await client.ExpectAsync("sys", "authed");
        var ext = await client.ExpectAsync("sys", "budget");
        var hot = await client.ExpectAsync("sys", "budget");

        Assert.Equal(["v", "svc", "type", "data", "trace_id"], authed.EnumerateObject().Select(property => property.Name));
        var data = authed.GetProperty("data");
        Assert.Equal(
            ["tenant", "user", "session", "handle", "ping_interval_ms", "idle_timeout_ms", "max_frame_bytes", "server_time_ms"],
            data.EnumerateObject().Select(property => property.Name));
        Assert.Equal("acme", data.GetProperty("tenant").GetString());
        Assert.Equal("user:alice", data.GetProperty("user").GetString());
        Assert.Equal(7_000, data.GetProperty("ping_interval_ms").GetInt32());
        Assert.Equal(14_000, data.GetProperty("idle_timeout_ms").GetInt32());
        Assert.Equal(4_096, data.GetProperty("max_frame_bytes").GetInt32());
        Assert.Equal("""{"lane":"ext","rps":11,"burst":22}""", ext.GetProperty("data").GetRawText());
        Assert.Equal("""{"lane":"hot","rps":33,"burst":22}""", hot.GetProperty("data").GetRawText());
        await client.IsQuietAsync();
    }
}
