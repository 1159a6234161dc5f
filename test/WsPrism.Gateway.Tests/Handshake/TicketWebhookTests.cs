using System.Text.Json;
using Microsoft.AspNetCore.Http;
using WsPrism.Core.Handshake;
using WsPrism.Gateway.Tests.Support;
using WsPrism.Testing;

namespace WsPrism.Gateway.Tests.Handshake;

public sealed class WebSocketTicketWebhookTests() : TicketWebhookTests(Wire.WebSocket)
{
    [Fact]
    public async Task The_backend_is_told_who_asks_and_a_question_without_upgrade_takes_nothing()
    {
        string? asked = null;
        await using var backend = await BackendStub.StartAsync(async http =>
        {
            asked = $"{http.Request.Method} {http.Request.ContentType} {await new StreamReader(http.Request.Body).ReadToEndAsync()}";
            await BackendStub.AnswerAsync(http, """{"user":"user:eve"}""");
        });
        await using var gateway = await StartAsync(Config(backend));

        var answer = await gateway.AskAsync(RawClient.Get("/v1/ws?tenant=acme", "Authorization: Bearer opaque-1", "Origin: https://game.example"));

        Assert.Equal((426, "UPGRADE_REQUIRED"), (answer.Status, answer.Code));
        Assert.Equal("""POST application/json {"tenant":"acme","ticket":"opaque-1","address":"127.0.0.1","transport":"websocket","origin":"https://game.example"}""", asked);
    }

    [Theory]
    [InlineData(401, "", 401, "AUTH_FAILED", "refused")]
    [InlineData(403, "{}", 401, "AUTH_FAILED", "refused")]
    [InlineData(500, "", 503, "SERVICE_UNAVAILABLE", "unavailable")]
    [InlineData(204, "", 503, "SERVICE_UNAVAILABLE", "unavailable")]
    [InlineData(302, "", 503, "SERVICE_UNAVAILABLE", "unavailable")]
    [InlineData(200, "", 503, "SERVICE_UNAVAILABLE", "unavailable")]
    [InlineData(200, "nonsense", 503, "SERVICE_UNAVAILABLE", "unavailable")]
    [InlineData(200, "{}", 503, "SERVICE_UNAVAILABLE", "unavailable")]
    [InlineData(200, """{"user":""}""", 503, "SERVICE_UNAVAILABLE", "unavailable")]
    [InlineData(200, """{"user":7}""", 503, "SERVICE_UNAVAILABLE", "unavailable")]
    [InlineData(200, """{"user":"a","role":"admin"}""", 503, "SERVICE_UNAVAILABLE", "unavailable")]
    [InlineData(200, """{"user":"a","rooms":"*"}""", 503, "SERVICE_UNAVAILABLE", "unavailable")]
    [InlineData(200, """{"user":"a","expires_at_ms":1.5}""", 503, "SERVICE_UNAVAILABLE", "unavailable")]
    [InlineData(200, """{"user":"a","limits":{"x":1}}""", 503, "SERVICE_UNAVAILABLE", "unavailable")]
    [InlineData(200, """{"user":"a","expires_at_ms":1}""", 401, "AUTH_FAILED", "expired")]
    public async Task What_is_no_yes_is_a_no(int status, string body, int expectedStatus, string expectedCode, string reason)
    {
        await using var backend = await BackendStub.StartAsync(http =>
        {
            http.Response.Headers.Location = "/elsewhere";
            http.Response.StatusCode = status;
            return status == 204 ? Task.CompletedTask : http.Response.WriteAsync(body);
        });
        await using var gateway = await StartAsync(Config(backend));

        var answer = await gateway.AskAsync(RawClient.Get("/v1/ws?tenant=acme&ticket=opaque", WsClient.UpgradeHeaders));

        Assert.Equal((expectedStatus, expectedCode), (answer.Status, answer.Code));
        Assert.Equal(expectedStatus == 503, answer.Header("retry-after") is not null);
        Assert.Equal(1, (await gateway.MetricsAsync()).Sum("wsprism_ticket_failures_total", ("tenant", "acme"), ("reason", reason)));
        Assert.Equal(1, backend.Requests);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_endless_answer_is_not_read_to_its_end(bool saysSo)
    {
        await using var backend = await BackendStub.StartAsync(async http =>
        {
            http.Response.ContentLength = saysSo ? 10_000_000_000 : null;
            while (!http.RequestAborted.IsCancellationRequested)
            {
                await http.Response.WriteAsync(new string(' ', 65_536), http.RequestAborted);
            }
        });
        await using var gateway = await StartAsync(Config(backend));

        var answer = await gateway.AskAsync(RawClient.Get("/v1/ws?tenant=acme&ticket=opaque", WsClient.UpgradeHeaders));

        Assert.Equal((503, "SERVICE_UNAVAILABLE"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task A_backend_that_fails_is_left_alone_for_a_while()
    {
        await using var backend = await BackendStub.StartAsync(http => BackendStub.AnswerAsync(http, "", 500));
        await using var gateway = await StartAsync(Config(backend));

        for (var i = 0; i < 40; i++)
        {
            var answer = await gateway.AskAsync(RawClient.Get("/v1/ws?tenant=acme&ticket=opaque", WsClient.UpgradeHeaders));
            Assert.Equal(503, answer.Status);
        }

        Assert.Equal(10, backend.Requests);
        Assert.Single(gateway.Log.Lines, line => line.Contains("auth.webhook", StringComparison.Ordinal));
    }

    [Fact]
    public async Task So_many_wait_and_no_more()
    {
        var release = new TaskCompletionSource();
        await using var backend = await BackendStub.StartAsync(async http =>
        {
            await release.Task.WaitAsync(http.RequestAborted);
            await BackendStub.AnswerAsync(http, """{"user":"user:eve"}""");
        });
        await using var gateway = await StartAsync(Config(backend));
        var tenant = gateway.Host.Node.FindTenant("acme")!;
        for (var i = 0; i < WaitingRoom.SeatsOfTenant - 1; i++)
        {
            Assert.True(tenant.Waiting.TryEnter());
        }

        using var last = await gateway.KnockAsync("opaque-1");
        await Patience.UntilAsync(() => backend.Requests == 1, "the last one waits");
        var answer = await gateway.AskAsync(RawClient.Get("/v1/ws?tenant=acme&ticket=opaque-2", WsClient.UpgradeHeaders));
        Assert.Equal((503, "RESOURCE_EXHAUSTED"), (answer.Status, answer.Code));
        using var alice = await gateway.ConnectAsync("t-alice");

        release.SetResult();
        await (await last.OpenedAsync()).GreetedAsync();
        Assert.Equal(WaitingRoom.SeatsOfTenant - 1, tenant.Waiting.Count);
    }
}

public sealed class TcpTicketWebhookTests() : TicketWebhookTests(Wire.Tcp);

/// <summary>The backend decides on tickets, over real sockets: handshakes that wait.</summary>
public abstract class TicketWebhookTests(Wire wire) : TransportTests(wire)
{
    [Fact]
    public async Task The_backend_says_who_it_is_and_what_it_may()
    {
        await using var backend = await BackendStub.StartAsync(http => BackendStub.AnswerAsync(
            http, """{"user":"user:eve","roles":["mod"],"rooms":["match:1"],"limits":{"rate_limit_rps":7,"rate_limit_burst":9}}"""));
        await using var gateway = await StartAsync(Config(backend));
        using var eve = await gateway.OpenAsync("opaque");

        Assert.Equal("user:eve", (await eve.ExpectAsync("sys", "authed")).GetProperty("data").GetProperty("user").GetString());
        var budget = (await eve.ExpectAsync("sys", "budget")).GetProperty("data");
        Assert.Equal((7, 9), (budget.GetProperty("rps").GetInt32(), budget.GetProperty("burst").GetInt32()));
        await eve.ExpectAsync("sys", "budget");
        await eve.JoinAsync("match:1");
        Assert.Equal(["mod"], gateway.Host.Node.FindTenant("acme")!.Registry.SessionsOf("user:eve").Single().Identity.Roles);
        Assert.Equal(1, (await gateway.MetricsAsync()).Sum("wsprism_ticket_webhooks_total", ("tenant", "acme"), ("result", "accepted")));
    }

    [Fact]
    public async Task Tickets_of_other_kinds_are_not_shown_to_it()
    {
        await using var backend = await BackendStub.StartAsync(http => BackendStub.AnswerAsync(http, """{"user":"user:eve"}"""));
        await using var gateway = await StartAsync(Config(backend).Tenant("auth.jwt", $$"""{keys: [{kid: k1, alg: HS256, secret: "{{TicketMint.Secret}}"}]}"""));
        var good = TicketMint.Ticket("alice", TimeProvider.System.GetUtcNow().AddHours(1));

        using var alice = await gateway.ConnectAsync("t-alice");
        using var signed = await gateway.ConnectAsync(good);
        foreach (var ticket in new[] { good[..^4] + "AAAA", "ot~AAAAAAAAAAAAAAAAAAAAAA~AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" })
        {
            Assert.Equal((401, "AUTH_FAILED"), await RefusalAsync(gateway, ticket));
        }

        Assert.Equal(0, backend.Requests);
        using var eve = await gateway.ConnectAsync(good[..^4] + "A.AA");
        Assert.Equal(1, backend.Requests);
    }

    [Fact]
    public async Task Nobody_waits_for_one_who_waits_and_what_it_says_early_is_kept()
    {
        var release = new TaskCompletionSource();
        await using var backend = await BackendStub.StartAsync(async http =>
        {
            await release.Task.WaitAsync(http.RequestAborted);
            await BackendStub.AnswerAsync(http, """{"user":"user:eve"}""");
        });
        await using var gateway = await StartAsync(Config(backend));
        using var eve = await gateway.KnockAsync("opaque");
        await eve.SendTextAsync("""{"svc":"sys","type":"ping","data":{"client_time":42}}""");
        await Patience.UntilAsync(() => backend.Requests == 1, "it is asked");

        using var alice = await gateway.ConnectAsync("t-alice");
        await alice.IsQuietAsync();
        Assert.Equal(1, (await gateway.MetricsAsync()).Sum("wsprism_tickets_waiting", ("tenant", "acme")));
        release.SetResult();

        await (await eve.OpenedAsync()).GreetedAsync();
        Assert.Equal(42, (await eve.ExpectAsync("sys", "pong")).GetProperty("data").GetProperty("client_time").GetInt32());
        Assert.Equal(0, (await gateway.MetricsAsync()).Sum("wsprism_tickets_waiting", ("tenant", "acme")));
    }

    [Fact]
    public async Task A_backend_that_never_answers_costs_its_time_and_no_more()
    {
        await using var backend = await BackendStub.StartAsync(http => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, http.RequestAborted));
        await using var gateway = await StartAsync(Config(backend, timeoutMs: 100));

        Assert.Equal((503, "SERVICE_UNAVAILABLE"), await RefusalAsync(gateway, "opaque"));
        Assert.Equal(0, gateway.Host.Node.FindTenant("acme")!.Registry.SeatsTaken);
        Assert.Equal(0, gateway.Host.Node.FindTenant("acme")!.Waiting.Count);
    }

    [Fact]
    public async Task A_client_that_goes_while_it_waits_is_noticed_and_leaves_nothing_behind()
    {
        var gone = new TaskCompletionSource();
        await using var backend = await BackendStub.StartAsync(async http =>
        {
            http.RequestAborted.Register(gone.SetResult);
            await gone.Task;
        });
        await using var gateway = await StartAsync(Config(backend, timeoutMs: 9_000));
        var tenant = gateway.Host.Node.FindTenant("acme")!;
        var eve = await gateway.KnockAsync("opaque");
        await Patience.UntilAsync(() => backend.Requests == 1 && tenant.Waiting.Count == 1, "it waits");

        eve.Dispose();

        await gone.Task.WaitAsync(TimeSpan.FromSeconds(5), TimeProvider.System);
        await Patience.UntilAsync(() => tenant.Waiting.Count == 0, "nobody waits");
        Assert.Equal(0, tenant.Registry.SeatsTaken);
        await Patience.UntilAsync(async () => (await gateway.MetricsAsync()).Sum("wsprism_handshakes_total", ("tenant", "acme"), ("code", "GONE")) == 1, "it is counted");
    }

    [Fact]
    public async Task A_drain_sends_away_all_who_wait()
    {
        await using var backend = await BackendStub.StartAsync(http => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, http.RequestAborted));
        await using var gateway = await StartAsync(Config(backend, timeoutMs: 9_000), bystander: false);
        var waiting = new List<GatewayClient>();
        for (var i = 0; i < 30; i++)
        {
            waiting.Add(await gateway.KnockAsync("opaque"));

            // What is not read when a socket is closed would take the answer with it.
            await waiting[i].SendTextAsync("""{"svc":"sys","type":"ping"}""");
        }

        await Patience.UntilAsync(() => backend.Requests == waiting.Count, "all wait");

        var drain = gateway.Host.DrainAsync();

        foreach (var client in waiting)
        {
            using (client)
            {
                Assert.Equal((503, "DRAINING"), await ReadRefusalAsync(client));
            }
        }

        await drain.WaitAsync(Patience.Limit, TimeProvider.System);
    }

    [Fact]
    public async Task A_session_is_refreshed_by_the_backend_too_and_goes_on_meanwhile()
    {
        var release = new TaskCompletionSource();
        var user = "user:alice";
        await using var backend = await BackendStub.StartAsync(async http =>
        {
            await release.Task;
            await BackendStub.AnswerAsync(http, $$"""{"user":"{{user}}","rooms":["match:1"]}""", user.Length == 0 ? 500 : 200);
        });
        await using var gateway = await StartAsync(Config(backend));
        using var alice = await gateway.ConnectAsync("t-alice");

        await RefreshAsync(alice, "opaque", "1");
        await alice.IsQuietAsync();
        release.SetResult();
        Assert.Equal("1", (await alice.ExpectAsync("sys", "ack")).GetProperty("id").GetString());
        await alice.JoinAsync("match:1");

        user = "user:bob";
        await RefreshAsync(alice, "opaque", "2");
        Assert.Equal("AUTH_FAILED", await alice.ExpectErrorAsync("2"));
        user = "";
        await RefreshAsync(alice, "opaque", "3");
        Assert.Equal("SERVICE_UNAVAILABLE", await alice.ExpectErrorAsync("3"));
    }

    private protected static TestConfig Config(BackendStub backend, int timeoutMs = 5_000) => new TestConfig()
        .Tenant("auth.webhook", FormattableString.Invariant($$"""{url: "{{backend.Url}}/tickets", timeout_ms: {{timeoutMs}}}"""))
        .Tenant("rooms", "[{match: \"match:*\", join: ticket}]");

    private static async Task<(int Status, string Code)> RefusalAsync(GatewayUnderTest gateway, string ticket)
    {
        using var client = await gateway.KnockAsync(ticket);
        return await ReadRefusalAsync(client);
    }

    private static async Task<(int Status, string Code)> ReadRefusalAsync(GatewayClient client)
    {
        if (client is TcpClient)
        {
            var words = (await client.ReadAsync()).CloseReason.Split(' ');
            return (int.Parse(words[0], System.Globalization.CultureInfo.InvariantCulture), words[1]);
        }

        var answer = await client.Raw.ReadHttpAsync();
        return (answer.Status, JsonSerializer.Deserialize<JsonElement>(answer.Body).GetProperty("code").GetString()!);
    }

    private static Task RefreshAsync(GatewayClient client, string ticket, string id) =>
        client.SendTextAsync($$$"""{"svc":"sys","type":"refresh","data":{"ticket":"{{{ticket}}}"},"id":"{{{id}}}"}""");
}
