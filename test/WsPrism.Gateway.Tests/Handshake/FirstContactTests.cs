using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Handshake;

public sealed class FirstContactTests
{
    [Fact]
    public async Task A_session_is_greeted_by_authed_and_then_by_both_budgets()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();

        using var client = await gateway.ConnectAsync("t-alice");

        Assert.Equal("acme", client.Authed.GetProperty("tenant").GetString());
        Assert.Equal("user:alice", client.Authed.GetProperty("user").GetString());
        Assert.Equal(4_096, client.Authed.GetProperty("max_frame_bytes").GetInt32());
        Assert.False(client.Authed.TryGetProperty("resume", out _));
        await client.IsQuietAsync();
    }
}
