using System.Security.Cryptography;
using System.Text;
using WsPrism.Gateway.Tests.Support;
using WsPrism.Testing;

namespace WsPrism.Gateway.Tests.Handshake;

public sealed class WebSocketTicketTests() : TicketTests(Wire.WebSocket);

public sealed class TcpTicketTests() : TicketTests(Wire.Tcp)
{
    [Fact]
    public async Task A_refused_ticket_is_closed_with_4401()
    {
        await using var gateway = await StartAsync(Config());
        using var client = (TcpClient)await gateway.KnockAsync(Ticket("alice", -60));

        Assert.Equal("401 AUTH_FAILED", await client.ExpectRefusalAsync(4401));
    }
}

/// <summary>Tickets that the tenant's backend signs, over real sockets.</summary>
public abstract class TicketTests(Wire wire) : TransportTests(wire)
{
    private const string OtherSecret = "another tenant's secret, of which acme knows nothing at all.....";

    [Fact]
    public async Task A_signed_ticket_lets_its_user_in()
    {
        await using var gateway = await StartAsync(Config());
        using var alice = await gateway.ConnectAsync(Ticket("user:ä"));

        Assert.Equal("user:ä", alice.Authed.GetProperty("user").GetString());
        await alice.IsQuietAsync();
    }

    [Fact]
    public async Task What_is_not_good_is_refused_alike_and_counted_by_reason()
    {
        await using var gateway = await StartAsync(Config());
        var good = Ticket("alice");
        (string Ticket, string Reason)[] cases =
        [
            (Ticket("alice", -60), "expired"),
            (good[..^2] + (good[^2] == 'A' ? "BA" : "AA"), "signature"),
            (good + "=", "malformed"),
            ("t-unknown", "malformed"),
            (TicketMint.Hs256("""{"alg":"none"}""", Claims("alice")), "algorithm"),
            (TicketMint.Hs256("""{"alg":"HS256","kid":"zeta"}""", Claims("alice")), "unknown_key"),
            (Foreign("""{"alg":"HS256","kid":"k1"}"""), "signature"),
            (TicketMint.Hs256("""{"alg":"HS256","crit":["x"]}""", Claims("alice")), "critical"),
            (TicketMint.Hs256("""{"alg":"HS256"}""", """{"sub":"alice"}"""), "claims"),
            (TicketMint.Hs256("""{"alg":"HS256"}""", Claims("alice", ",\"nbf\":4102444800")), "not_yet_valid"),
        ];

        foreach (var (ticket, reason) in cases)
        {
            var before = (await gateway.MetricsAsync()).Sum("wsprism_ticket_failures_total", ("tenant", "acme"), ("reason", reason));
            var answer = await gateway.AskAsync(RawClient.Get("/v1/ws?tenant=acme", [.. WsClient.UpgradeHeaders, $"Authorization: Bearer {ticket}"]));

            Assert.Equal((401, "AUTH_FAILED"), (answer.Status, answer.Code));
            Assert.Equal(before + 1, (await gateway.MetricsAsync()).Sum("wsprism_ticket_failures_total", ("tenant", "acme"), ("reason", reason)));
        }

        Assert.DoesNotContain(gateway.Log.Lines, line => line.Contains(" WsPrism.", StringComparison.Ordinal) && cases.Any(one => line.Contains(one.Ticket, StringComparison.Ordinal)));
        Assert.DoesNotContain(gateway.Log.Lines, line => line.Contains(TicketMint.Secret, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_ticket_of_one_tenant_opens_no_other()
    {
        await using var gateway = await StartAsync(Config());

        foreach (var (tenant, ticket) in new[] { ("acme", Foreign("""{"alg":"HS256"}""")), ("zeta", Ticket("alice")) })
        {
            var answer = await gateway.AskAsync(RawClient.Get($"/v1/ws?tenant={tenant}&ticket={ticket}", WsClient.UpgradeHeaders));

            Assert.Equal((401, "AUTH_FAILED"), (answer.Status, answer.Code));
        }
    }

    [Fact]
    public async Task A_session_is_warned_and_ends_with_its_ticket()
    {
        await using var gateway = await StartAsync(Config());
        using var alice = await gateway.ConnectAsync(Ticket("alice", 3));

        var warning = await alice.ExpectAsync("sys", "expiring");

        Assert.InRange(warning.GetProperty("data").GetProperty("in_ms").GetInt64(), 1, 300);
        Assert.Equal("ticket_expired", (await alice.ExpectCloseAsync(4401)).CloseReason);
        Assert.Equal(1, (await gateway.MetricsAsync()).Sum("wsprism_sessions_ended_total", ("tenant", "acme"), ("reason", "ticket_expired")));
    }

    [Fact]
    public async Task A_newer_ticket_of_the_same_user_keeps_the_session()
    {
        await using var gateway = await StartAsync(Config());
        using var alice = await gateway.ConnectAsync(Ticket("alice", 3));

        await RefreshAsync(alice, Ticket("bob"), "a");
        Assert.Equal("AUTH_FAILED", await alice.ExpectErrorAsync("a"));
        await RefreshAsync(alice, Ticket("alice", -60), "b");
        Assert.Equal("AUTH_FAILED", await alice.ExpectErrorAsync("b"));
        await RefreshAsync(alice, Ticket("alice"), "c");
        await alice.ExpectAsync("sys", "ack");
        await Task.Delay(TimeSpan.FromSeconds(3.2), TimeProvider.System);

        await alice.IsQuietAsync();
        Assert.Equal(1, (await gateway.MetricsAsync()).Sum("wsprism_ticket_failures_total", ("tenant", "acme"), ("reason", "other_user")));
    }

    [Fact]
    public async Task The_list_of_a_ticket_opens_rooms()
    {
        await using var gateway = await StartAsync(Config());
        using var alice = await gateway.ConnectAsync(TicketMint.Ticket("alice", TimeProvider.System.GetUtcNow().AddHours(1), "\"rooms\":[\"match:1\"]"));

        await alice.JoinAsync("match:1");
        foreach (var room in new[] { "match:2", "staff" })
        {
            await alice.SendTextAsync($$"""{"svc":"room","type":"join","room":"{{room}}","id":"x"}""");
            Assert.Equal("NOT_ALLOWED", await alice.ExpectErrorAsync("x"));
        }
    }

    private protected static TestConfig Config() => new TestConfig()
        .Tenant("auth.dev_tickets", "{}")
        .Tenant("auth.jwt", $$"""{keys: [{kid: k1, alg: HS256, secret: "{{TicketMint.Secret}}"}], clock_skew_ms: 0}""")
        .Tenant("rooms", "[{match: \"match:*\", join: ticket}, {match: staff, join: server}]");

    private protected static string Ticket(string user, int seconds = 3_600)
    {
        // With a fraction of a second, as RFC 7519 allows: the tests have none to give away.
        var now = TimeProvider.System.GetUtcNow();
        return TicketMint.Hs256(
            """{"alg":"HS256","kid":"k1"}""", FormattableString.Invariant($$"""{"sub":"{{user}}","exp":{{(now.ToUnixTimeMilliseconds() / 1_000.0) + seconds:F3}}}"""));
    }

    private static string Claims(string user, string more = "") => $$"""{"sub":"{{user}}","exp":{{TimeProvider.System.GetUtcNow().AddHours(1).ToUnixTimeSeconds()}}{{more}}}""";

    private static string Foreign(string header) =>
        TicketMint.Sign(header, Claims("alice"), signed => HMACSHA256.HashData(Encoding.UTF8.GetBytes(OtherSecret), signed));

    private static Task RefreshAsync(GatewayClient client, string ticket, string id) =>
        client.SendTextAsync($$$"""{"svc":"sys","type":"refresh","data":{"ticket":"{{{ticket}}}"},"id":"{{{id}}}"}""");
}
