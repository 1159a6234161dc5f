using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Lanes;

public abstract class WebhookTests(Wire wire) : TransportTests(wire)
{
    public sealed class OverWebSocket() : WebhookTests(Wire.WebSocket);

    public sealed class OverTcp() : WebhookTests(Wire.Tcp);

    [Fact]
    public async Task A_message_goes_to_the_backend_and_its_answer_to_everybody_it_is_for()
    {
        await using var backend = await HookBackend.StartAsync(_ =>
            (200, """{"reply":{"ok":true},"join":["match:1"],"publish":[{"to":{"room":"match:1"},"message":{"type":"entered"}}]}"""));
        await using var gateway = await StartAsync(Config(backend));
        using var bob = await gateway.ConnectAsync("t-bob");
        await bob.JoinAsync("match:1");
        using var alice = await gateway.ConnectAsync("t-alice");

        await alice.SendTextAsync("""{"svc":"lobby","type":"enter","data":{"team":"red"},"id":"1"}""");

        Assert.Equal("match:1", (await alice.ExpectAsync("sys", "joined")).GetProperty("room").GetString());
        Assert.Equal("""{"ok":true}""", (await alice.ExpectAsync("sys", "ack")).GetProperty("data").GetRawText());
        Assert.Equal("match:1", (await alice.ExpectAsync("lobby", "entered")).GetProperty("room").GetString());
        Assert.Equal("match:1", (await bob.ExpectAsync("lobby", "entered")).GetProperty("room").GetString());

        var metrics = await gateway.MetricsAsync();
        Assert.Equal(1, metrics.Sum("wsprism_webhook_messages_total", ("tenant", "acme"), ("service", "lobby"), ("outcome", "ok")));
        Assert.Equal(1, metrics.Sum("wsprism_webhook_duration_seconds_count", ("tenant", "acme"), ("kind", "message"), ("service", "lobby")));
        Assert.Equal(0, metrics.Sum("wsprism_webhook_breaker_state", ("tenant", "acme"), ("kind", "message"), ("service", "lobby")));
        Assert.Equal(0, metrics.Sum("wsprism_deferred_messages", ("tenant", "acme")));
    }

    [Fact]
    public async Task A_drain_tells_the_backend_who_has_gone()
    {
        await using var backend = await HookBackend.StartAsync(_ => (204, ""));
        await using var gateway = await StartAsync(Config(backend), bystander: false);
        using var alice = await gateway.ConnectAsync("t-alice");

        var drain = gateway.Host.DrainAsync();
        await alice.ReadToCloseAsync();
        alice.Dispose();
        await drain;

        var told = Assert.Single(backend.Events);
        Assert.Equal(("disconnect", "user:alice", "drained"), (told.GetProperty("event").GetString(), told.GetProperty("user").GetString(), told.GetProperty("reason").GetString()));
    }

    [Fact]
    public async Task The_backend_lets_a_client_in_with_a_state()
    {
        await using var backend = await HookBackend.StartAsync(body => (200, body.TryGetProperty("event", out _) ? """{"allow":true,"state":{"level":3}}""" : ""));
        await using var gateway = await StartAsync(Config(backend, ", connect: true, disconnect: false"));
        using var alice = await gateway.ConnectAsync("t-alice");

        await alice.SendTextAsync("""{"svc":"lobby","type":"enter","id":"1"}""");
        await alice.ExpectAsync("sys", "ack");

        Assert.Equal("""{"level":3}""", backend.Messages.Single().GetProperty("state").GetRawText());
        var asked = backend.Events.Single();
        Assert.Equal(("connect", "user:alice"), (asked.GetProperty("event").GetString(), asked.GetProperty("user").GetString()));
        Assert.Contains(asked.GetProperty("transport").GetString(), new[] { "tcp", "websocket" });
        Assert.Equal("127.0.0.1", asked.GetProperty("address").GetString());
        var metrics = await gateway.MetricsAsync();
        Assert.Equal(1, metrics.Sum("wsprism_webhook_connects_total", ("tenant", "acme"), ("outcome", "allowed")));
    }

    internal static TestConfig Config(HookBackend backend, string events = "") => new TestConfig()
        .Tenant("policy.ext_allowlist", "[\"room:*\", \"lobby:*\"]")
        .Tenant("services.ext", $"[{{name: lobby, kind: webhook, url: \"{backend.Url}\", secret: \"{HookBackend.Secret}\", timeout_ms: 30000}}]")
        .Tenant("services.events", $"{{url: \"{backend.Url}\", secret: \"{HookBackend.Secret}\", timeout_ms: 30000{events}}}");
}
