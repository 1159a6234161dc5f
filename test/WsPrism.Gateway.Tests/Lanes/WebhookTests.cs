using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Lanes;

public abstract class WebhookTests(Wire wire) : TransportTests(wire)
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    public sealed class OverWebSocket() : WebhookTests(Wire.WebSocket);

    public sealed class OverTcp() : WebhookTests(Wire.Tcp);

    [Fact]
    public async Task A_message_goes_to_the_backend_and_its_answer_to_everybody_it_is_for()
    {
        await using var backend = await StartBackendAsync("""{"reply":{"ok":true},"join":["match:1"],"publish":[{"to":{"room":"match:1"},"message":{"type":"entered"}}]}""");
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
        Assert.Equal(0, metrics.Sum("wsprism_webhook_breaker_state", ("tenant", "acme"), ("service", "lobby")));
        Assert.Equal(0, metrics.Sum("wsprism_deferred_messages", ("tenant", "acme")));
    }

    [Fact]
    public async Task A_drain_tells_the_backend_who_has_gone()
    {
        var events = new System.Collections.Concurrent.ConcurrentQueue<JsonElement>();
        await using var backend = await StartBackendAsync("", events);
        await using var gateway = await StartAsync(Config(backend), bystander: false);
        using var alice = await gateway.ConnectAsync("t-alice");

        var drain = gateway.Host.DrainAsync();
        await alice.ReadToCloseAsync();
        alice.Dispose();
        await drain;

        var told = Assert.Single(events);
        Assert.Equal(("disconnect", "user:alice", "drained"), (told.GetProperty("event").GetString(), told.GetProperty("user").GetString(), told.GetProperty("reason").GetString()));
    }

    private static TestConfig Config(WebApplication backend)
    {
        var url = backend.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return new TestConfig()
            .Tenant("policy.ext_allowlist", "[\"room:*\", \"lobby:*\"]")
            .Tenant("services.ext", $"[{{name: lobby, kind: webhook, url: \"{url}/\", secret: \"{Secret}\", timeout_ms: 30000}}]")
            .Tenant("services.events", $"{{url: \"{url}/\", secret: \"{Secret}\"}}");
    }

    private static async Task<WebApplication> StartBackendAsync(string answer, System.Collections.Concurrent.ConcurrentQueue<JsonElement>? events = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(async http =>
        {
            var body = (await JsonDocument.ParseAsync(http.Request.Body)).RootElement;
            if (body.TryGetProperty("event", out _))
            {
                events?.Enqueue(body);
            }
            else
            {
                await http.Response.WriteAsync(answer);
            }
        });
        await app.StartAsync();
        return app;
    }
}
