using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Lanes;

public abstract class UnknownServiceTests(Wire wire) : TransportTests(wire)
{
    public sealed class OverWebSocket() : UnknownServiceTests(Wire.WebSocket);

    public sealed class OverTcp() : UnknownServiceTests(Wire.Tcp);

    [Fact]
    public async Task What_is_allowed_but_served_by_nobody_is_answered_UNKNOWN_SERVICE_on_both_lanes()
    {
        await using var gateway = await StartAsync(new TestConfig()
            .Tenant("policy.ext_allowlist", "[\"room:*\", \"nobody:*\"]")
            .Tenant("policy.hot_allowlist", "[\"1:*\", \"7:*\"]"));
        using var alice = await gateway.ConnectAsync("t-alice");

        await alice.SendTextAsync("""{"svc":"nobody","type":"home","id":"n"}""");
        Assert.Equal("UNKNOWN_SERVICE", await alice.ExpectErrorAsync("n"));

        await alice.SendHotAsync("07 01 00");
        Assert.Equal("UNKNOWN_SERVICE", await alice.ExpectErrorAsync());
    }
}
