using WsPrism.Gateway.Tests.Lanes;
using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Handshake;

public sealed class ConnectEventTests
{
    [Theory]
    [InlineData(200, """{"allow":false}""", 403, "NOT_ALLOWED")]
    [InlineData(403, "", 403, "NOT_ALLOWED")]
    [InlineData(401, "", 401, "AUTH_FAILED")]
    [InlineData(200, "", 503, "SERVICE_UNAVAILABLE")]
    [InlineData(500, "", 503, "SERVICE_UNAVAILABLE")]
    public async Task Who_is_not_clearly_let_in_is_refused(int status, string body, int answered, string code)
    {
        await using var backend = await HookBackend.StartAsync(_ => (status, body));
        await using var gateway = await GatewayUnderTest.StartAsync(WebhookTests.Config(backend, ", connect: true"));

        var answer = await gateway.AskAsync(RawClient.Get("/v1/ws?tenant=acme&ticket=t-alice", WsClient.UpgradeHeaders));

        Assert.Equal((answered, code), (answer.Status, answer.Code));
        Assert.Equal(answered == 503, answer.Header("retry-after") is not null);
    }

    [Fact]
    public async Task Nobody_is_asked_about_a_bad_ticket_or_a_request_that_only_asks()
    {
        await using var backend = await HookBackend.StartAsync(_ => (200, """{"allow":true}"""));
        await using var gateway = await GatewayUnderTest.StartAsync(WebhookTests.Config(backend, ", connect: true"));

        var bad = await gateway.AskAsync(RawClient.Get("/v1/ws?tenant=acme&ticket=t-nobody", WsClient.UpgradeHeaders));
        var plain = await gateway.AskAsync(RawClient.Get("/v1/ws?tenant=acme&ticket=t-alice"));

        Assert.Equal((401, 426), (bad.Status, plain.Status));
        Assert.Empty(backend.Events);
    }
}
