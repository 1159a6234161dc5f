using System.Globalization;
using System.Text.Json;
using WsPrism.Core.Tickets;
using WsPrism.Gateway.Tests.Support;
using WsPrism.Testing;

namespace WsPrism.Gateway.Tests.Admin;

/// <summary>One-time tickets and revocations through the server API.</summary>
public sealed class ApiTicketTests
{
    [Fact]
    public async Task A_minted_ticket_lets_its_user_in_once()
    {
        await using var api = await ApiUnderTest.StartAsync();
        var before = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var (ticket, expiresAtMs) = await MintAsync(api, """{"user":"user:eve","roles":["mod"],"rooms":["staff"],"limits":{"rate_limit_rps":3}}""");
        Assert.InRange(expiresAtMs, before + 30_000, before + 90_000);

        // Asking whether it would do takes nothing.
        Assert.Equal(426, (await api.Gateway.AskAsync(RawClient.Get($"/v1/ws?tenant=acme&ticket={ticket}"))).Status);
        Assert.Equal(1, (await api.Gateway.MetricsAsync()).Sum("wsprism_one_time_tickets", ("tenant", "acme")));
        using var eve = await api.Gateway.ConnectAsync(ticket);

        Assert.Equal("user:eve", eve.Authed.GetProperty("user").GetString());
        Assert.Equal(401, await KnockAsync(api, ticket));
        Assert.Equal(0, (await api.Gateway.MetricsAsync()).Sum("wsprism_one_time_tickets", ("tenant", "acme")));
        Assert.Equal(1, (await api.Gateway.MetricsAsync()).Sum("wsprism_ticket_failures_total", ("tenant", "acme"), ("reason", "one_time")));
        Assert.DoesNotContain(api.Gateway.Log.Lines, line => line.Contains(" WsPrism.", StringComparison.Ordinal) && line.Contains(ticket, StringComparison.Ordinal));
        await eve.IsQuietAsync();
    }

    [Fact]
    public async Task Of_many_who_come_at_once_one_is_let_in()
    {
        await using var api = await ApiUnderTest.StartAsync();
        for (var round = 0; round < 5; round++)
        {
            var (ticket, _) = await MintAsync(api, """{"user":"user:eve"}""");
            var clients = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => api.Gateway.ConnectRawAsync()));

            var statuses = await Task.WhenAll(clients.Select(async client => (await client.AskAsync(RawClient.Get($"/v1/ws?tenant=acme&ticket={ticket}", WsClient.UpgradeHeaders))).Status));

            Assert.Equal([101, .. Enumerable.Repeat(401, 19)], statuses.Order());
            Array.ForEach(clients, client => client.Dispose());
        }

        await Patience.UntilAsync(() => api.Gateway.Host.Node.FindTenant("acme")!.Registry.SeatsTaken == 0, "all seats are free");
    }

    [Fact]
    public async Task Who_finds_no_seat_keeps_the_ticket()
    {
        await using var api = await ApiUnderTest.StartAsync(new TestConfig().Tenant("limits.max_sessions_total", "1"));
        var (ticket, _) = await MintAsync(api, """{"user":"user:eve"}""");
        using (var alice = await api.Gateway.ConnectAsync("t-alice"))
        {
            Assert.Equal(503, await KnockAsync(api, ticket));
        }

        await Patience.UntilAsync(() => api.Gateway.Host.Node.FindTenant("acme")!.Registry.SeatsTaken == 0, "the seat is free");
        using var eve = await api.Gateway.ConnectAsync(ticket);
    }

    [Fact]
    public async Task A_ticket_ends_and_opens_no_other_tenant()
    {
        await using var api = await ApiUnderTest.StartAsync();
        var (ticket, expiresAtMs) = await MintAsync(api, """{"user":"user:eve","ttl_ms":1}""");
        await Patience.UntilAsync(() => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() >= expiresAtMs, "it has expired");
        Assert.Equal(401, await KnockAsync(api, ticket));

        (ticket, _) = await MintAsync(api, """{"user":"user:eve"}""");
        Assert.Equal(401, (await api.Gateway.AskAsync(RawClient.Get($"/v1/ws?tenant=zeta&ticket={ticket}", WsClient.UpgradeHeaders))).Status);
        Assert.Equal(401, await KnockAsync(api, ticket[..^1] + (ticket[^1] == 'A' ? 'E' : 'A')));
        using var eve = await api.Gateway.ConnectAsync(ticket);
    }

    [Fact]
    public async Task A_refresh_spends_it_for_its_own_user_alone()
    {
        await using var api = await ApiUnderTest.StartAsync();
        using var alice = await api.Gateway.ConnectAsync("t-alice");
        var (other, _) = await MintAsync(api, """{"user":"user:eve"}""");
        var (own, _) = await MintAsync(api, """{"user":"user:alice"}""");

        await RefreshAsync(alice, other, "1");
        Assert.Equal("AUTH_FAILED", await alice.ExpectErrorAsync("1"));
        await RefreshAsync(alice, own, "2");
        await alice.ExpectAsync("sys", "ack");
        await RefreshAsync(alice, own, "3");
        Assert.Equal("AUTH_FAILED", await alice.ExpectErrorAsync("3"));
        using var eve = await api.Gateway.ConnectAsync(other);
    }

    [Theory]
    [InlineData("", "400 BAD_REQUEST: The body is not JSON")]
    [InlineData("[]", "400 BAD_REQUEST: The body must be an object.")]
    [InlineData("{}", "400 BAD_REQUEST: user: is required.")]
    [InlineData("""{"user":""}""", "400 BAD_REQUEST: user: must be 1 to 128 bytes")]
    [InlineData("""{"user":"a","role":[]}""", "400 BAD_REQUEST: The body has an unknown field, \"role\"; known here: user, ttl_ms, roles, rooms, limits.")]
    [InlineData("""{"user":"a","user":"a"}""", "400 BAD_REQUEST: user: is there twice.")]
    [InlineData("""{"user":"a","ttl_ms":0}""", "400 BAD_REQUEST: ttl_ms: must be an integer from 1 to 3600000.")]
    [InlineData("""{"user":"a","ttl_ms":3600001}""", "400 BAD_REQUEST: ttl_ms: must be")]
    [InlineData("""{"user":"a","ttl_ms":"1"}""", "400 BAD_REQUEST: ttl_ms: must be")]
    [InlineData("""{"user":"a","roles":"mod"}""", "400 BAD_REQUEST: roles: must be a list of strings.")]
    [InlineData("""{"user":"a","roles":[""]}""", "400 BAD_REQUEST: roles: must be at most 64 names")]
    [InlineData("""{"user":"a","rooms":[1]}""", "400 BAD_REQUEST: rooms[0]: must be a string.")]
    [InlineData("""{"user":"a","rooms":["a*b"]}""", "400 BAD_REQUEST: rooms: must be at most 256 names")]
    [InlineData("""{"user":"a","limits":{"max_rooms":0}}""", "400 BAD_REQUEST: limits.max_rooms: must be")]
    [InlineData("""{"user":"a","limits":{"x":1}}""", "400 BAD_REQUEST: limits: has an unknown field")]
    public async Task What_is_wrong_with_a_wish_is_said(string body, string expected)
    {
        await using var api = await ApiUnderTest.StartAsync();

        Assert.StartsWith(expected, await api.ProblemAsync("POST", "/tickets", body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task So_many_tickets_may_wait()
    {
        await using var api = await ApiUnderTest.StartAsync();
        var tickets = api.Gateway.Host.Node.FindTenant("acme")!.OneTime;
        while (tickets.Count < OneTimeTickets.MaxTickets)
        {
            tickets.Mint("user:eve", 600_000, [], null, null, out _);
        }

        var answer = await api.AcmeAsync("POST", "/tickets", """{"user":"user:eve"}""");

        Assert.StartsWith("503 RESOURCE_EXHAUSTED: 65536 one-time tickets", ApiUnderTest.ProblemOf(answer), StringComparison.Ordinal);
        Assert.Equal("1", answer.Header("retry-after"));
    }

    [Fact]
    public async Task A_revoked_user_is_sent_away_and_its_older_tickets_are_refused()
    {
        await using var api = await ApiUnderTest.StartAsync(Config());
        var now = TimeProvider.System.GetUtcNow();
        var old = Ticket("alice", now.AddSeconds(-2));
        var (minted, _) = await MintAsync(api, """{"user":"alice"}""");
        using var alice = await api.Gateway.ConnectAsync(old);
        using var second = await api.Gateway.ConnectAsync(Ticket("alice", now.AddSeconds(-1)));
        using var bob = await api.Gateway.ConnectAsync(Ticket("bob", now.AddSeconds(-1)));

        Assert.Equal("""{"closed":2}""", await api.OkAsync("POST", "/revocations", """{"user":"alice"}"""));

        Assert.Equal("ticket_revoked", (await alice.ExpectCloseAsync(4401)).CloseReason);
        await second.ExpectCloseAsync(4401);
        await bob.IsQuietAsync();
        foreach (var ticket in new[] { old, minted, TicketMint.Ticket("alice", now.AddHours(1)) })
        {
            Assert.Equal(401, await KnockAsync(api, ticket));
        }

        using var again = await api.Gateway.ConnectAsync(Ticket("alice", TimeProvider.System.GetUtcNow().AddSeconds(1)));
        var (newer, _) = await MintAsync(api, """{"user":"alice"}""");
        using var minting = await api.Gateway.ConnectAsync(newer);
        var metrics = await api.Gateway.MetricsAsync();
        Assert.Equal(2, metrics.Sum("wsprism_sessions_ended_total", ("tenant", "acme"), ("reason", "ticket_revoked")));
        Assert.Equal(1, metrics.Sum("wsprism_revocations", ("tenant", "acme")));
        Assert.Equal(2, metrics.Sum("wsprism_ticket_failures_total", ("tenant", "acme"), ("reason", "revoked")));
    }

    [Fact]
    public async Task A_session_is_revoked_with_its_ticket()
    {
        await using var api = await ApiUnderTest.StartAsync(Config());
        var ticket = Ticket("alice", TimeProvider.System.GetUtcNow(), "\"jti\":\"t1\"");
        using var alice = await api.Gateway.ConnectAsync(ticket);

        Assert.Equal("""{"closed":0}""", await api.OkAsync("POST", "/revocations", """{"session":"nobody"}"""));
        Assert.Equal("""{"closed":1}""", await api.OkAsync("POST", "/revocations", $$"""{"session":"{{alice.Authed.GetProperty("session").GetString()}}"}"""));

        await alice.ExpectCloseAsync(4401);
        Assert.Equal(401, await KnockAsync(api, ticket));
        using var other = await api.Gateway.ConnectAsync(Ticket("alice", TimeProvider.System.GetUtcNow(), "\"jti\":\"t2\""));
    }

    [Fact]
    public async Task A_ticket_is_revoked_by_its_id_used_or_not()
    {
        await using var api = await ApiUnderTest.StartAsync(Config());
        using var alice = await api.Gateway.ConnectAsync(Ticket("alice", TimeProvider.System.GetUtcNow(), "\"jti\":\"t1\""));
        var (unspent, _) = await MintAsync(api, """{"user":"eve"}""");
        var (spent, _) = await MintAsync(api, """{"user":"eve"}""");
        using var eve = await api.Gateway.ConnectAsync(spent);

        Assert.Equal("""{"closed":1}""", await api.OkAsync("POST", "/revocations", """{"ticket_id":"t1"}"""));
        Assert.Equal("""{"closed":0}""", await api.OkAsync("POST", "/revocations", $$"""{"ticket_id":"{{unspent.Split('~')[1]}}"}"""));
        Assert.Equal("""{"closed":1}""", await api.OkAsync("POST", "/revocations", $$"""{"ticket_id":"{{spent.Split('~')[1]}}"}"""));

        await alice.ExpectCloseAsync(4401);
        await eve.ExpectCloseAsync(4401);
        Assert.Equal(401, await KnockAsync(api, unspent));
    }

    [Fact]
    public async Task All_tickets_issued_before_a_time_are_revoked()
    {
        await using var api = await ApiUnderTest.StartAsync(Config());
        var now = TimeProvider.System.GetUtcNow();
        using var alice = await api.Gateway.ConnectAsync(Ticket("alice", now.AddSeconds(-60)));
        using var bob = await api.Gateway.ConnectAsync(Ticket("bob", now));
        var line = now.AddSeconds(-30).ToUnixTimeMilliseconds();

        Assert.Equal("""{"closed":1}""", await api.OkAsync("POST", "/revocations", FormattableString.Invariant($$"""{"issued_before_ms":{{line}}}""")));

        await alice.ExpectCloseAsync(4401);
        await bob.IsQuietAsync();
        Assert.Equal(401, await KnockAsync(api, Ticket("carol", now.AddSeconds(-31))));
        using var carol = await api.Gateway.ConnectAsync(Ticket("carol", now.AddSeconds(-29)));
    }

    [Theory]
    [InlineData("{}", "400 BAD_REQUEST: The body must have exactly one of user, session, ticket_id, issued_before_ms.")]
    [InlineData("""{"user":"a","session":"b"}""", "400 BAD_REQUEST: The body must have exactly one of")]
    [InlineData("""{"jti":"a"}""", "400 BAD_REQUEST: The body has an unknown field")]
    [InlineData("""{"user":7}""", "400 BAD_REQUEST: user: must be a string.")]
    [InlineData("""{"ticket_id":""}""", "400 BAD_REQUEST: ticket_id: must be")]
    [InlineData("""{"issued_before_ms":-1}""", "400 BAD_REQUEST: issued_before_ms: must be an integer from 0 to")]
    [InlineData("""{"issued_before_ms":99999999999999}""", "400 BAD_REQUEST: issued_before_ms: must be")]
    [InlineData("""{"issued_before_ms":"1"}""", "400 BAD_REQUEST: issued_before_ms: must be")]
    public async Task What_is_wrong_with_a_revocation_is_said(string body, string expected)
    {
        await using var api = await ApiUnderTest.StartAsync();

        Assert.StartsWith(expected, await api.ProblemAsync("POST", "/revocations", body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task So_many_revocations_are_remembered()
    {
        await using var api = await ApiUnderTest.StartAsync(Config());
        var tenant = api.Gateway.Host.Node.FindTenant("acme")!;
        for (var i = 0; i < Revocations.MaxEntries; i++)
        {
            Assert.True(tenant.Revocations.TryRevokeTicket(i.ToString(CultureInfo.InvariantCulture), tenant.Snapshot.Config.Auth));
        }

        Assert.StartsWith("503 RESOURCE_EXHAUSTED: 65536 revocations are remembered", await api.ProblemAsync("POST", "/revocations", """{"user":"alice"}"""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_tenants_key_mints_and_revokes_nothing()
    {
        await using var api = await ApiUnderTest.StartAsync();

        foreach (var path in new[] { "tickets", "revocations" })
        {
            Assert.Equal(404, (await api.AskAsync("POST", $"/v1/tenants/acme/{path}", """{"user":"user:alice"}""", ApiUnderTest.ZetaKey)).Status);
            Assert.Equal(401, (await api.AskAsync("POST", $"/v1/tenants/acme/{path}", """{"user":"user:alice"}""", key: null)).Status);
        }
    }

    private static TestConfig Config() => new TestConfig().Tenant("auth.jwt", $$"""{keys: [{kid: k1, alg: HS256, secret: "{{TicketMint.Secret}}"}]}""");

    private static string Ticket(string user, DateTimeOffset issued, string more = "") => TicketMint.Ticket(
        user, issued.AddHours(1), string.Create(CultureInfo.InvariantCulture, $"\"iat\":{issued.ToUnixTimeMilliseconds() / 1_000.0:F3}") + (more.Length > 0 ? "," : "") + more);

    private static async Task<(string Ticket, long ExpiresAtMs)> MintAsync(ApiUnderTest api, string body)
    {
        var answer = JsonSerializer.Deserialize<JsonElement>(await api.OkAsync("POST", "/tickets", body));
        Assert.Equal(["ticket", "expires_at_ms"], answer.EnumerateObject().Select(field => field.Name));
        return (answer.GetProperty("ticket").GetString()!, answer.GetProperty("expires_at_ms").GetInt64());
    }

    private static async Task<int> KnockAsync(ApiUnderTest api, string ticket) =>
        (await api.Gateway.AskAsync(RawClient.Get($"/v1/ws?tenant=acme&ticket={ticket}", WsClient.UpgradeHeaders))).Status;

    private static Task RefreshAsync(GatewayClient client, string ticket, string id) =>
        client.SendTextAsync($$$"""{"svc":"sys","type":"refresh","data":{"ticket":"{{{ticket}}}"},"id":"{{{id}}}"}""");
}
