using System.Globalization;
using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Handshake;

/// <summary>PROTOCOL §2: every check, in its order.</summary>
public sealed class RefusalTests
{
    private static readonly string[] Up = WsClient.UpgradeHeaders;

    [Theory]
    [InlineData("/v1/ws?tenant=acme")]
    [InlineData("/v1/ws?tenant=acme&ticket=")]
    [InlineData("/v1/ws?ticket=t-alice")]
    [InlineData("/v1/ws?tenant=&ticket=t-alice")]
    [InlineData("/v1/ws?tenant=ACME&ticket=t-alice")]
    [InlineData("/v1/ws?tenant=-acme&ticket=t-alice")]
    [InlineData("/v1/ws?tenant=_acme&ticket=t-alice")]
    [InlineData("/v1/ws?tenant=acme%00&ticket=t-alice")]
    [InlineData("/v1/ws?tenant=ac%20me&ticket=t-alice")]
    [InlineData("/v1/ws?tenant=%C3%A4cme&ticket=t-alice")]
    [InlineData("/v1/ws?tenant=acme&tenant=acme&ticket=t-alice")]
    [InlineData("/v1/ws?tenant=acme&tenant=zeta&ticket=t-alice")]
    [InlineData("/v1/ws?tenant=acme&ticket=t-alice&ticket=t-alice")]
    [InlineData("/v1/ws?tenant=acme&ticket=t%20alice")]
    [InlineData("/v1/ws?tenant=acme&ticket=t-alic%C3%A9")]
    [InlineData("/v1/ws?tenant=acme&ticket=t-alice%0d%0aX:y")]
    [InlineData("/v1/ws")]
    [InlineData("/v1/ws?tenant=acme&ticket=t-alice", "Authorization: Bearer t-alice")]
    [InlineData("/v1/ws?tenant=acme&ticket=t-alice", "Sec-WebSocket-Protocol: wsprism.v1, ticket.t-alice")]
    [InlineData("/v1/ws?tenant=acme", "Sec-WebSocket-Protocol: wsprism.v1, ticket.t-alice", "Authorization: Bearer t-alice")]
    [InlineData("/v1/ws?tenant=acme", "Sec-WebSocket-Protocol: ticket.t-alice, ticket.t-bob")]
    [InlineData("/v1/ws?tenant=acme", "Sec-WebSocket-Protocol: wsprism.v1, ticket.")]
    [InlineData("/v1/ws?tenant=acme", "Sec-WebSocket-Protocol: wsprism.v1, ticket.t=alice")]
    [InlineData("/v1/ws?tenant=acme", "Authorization: Basic dDphbGljZQ==")]
    [InlineData("/v1/ws?tenant=acme", "Authorization: Bearer ")]
    [InlineData("/v1/ws?tenant=acme", "Authorization: Bearer t alice")]
    [InlineData("/v1/ws?tenant=acme", "Authorization: Bearer t-alice", "Authorization: Bearer t-bob")]
    public async Task A_request_without_one_good_tenant_and_one_good_ticket_is_answered_400(string target, params string[] headers)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();

        var upgrade = await gateway.AskAsync(RawClient.Get(target, [.. Up, .. headers]));
        var plain = await gateway.AskAsync(RawClient.Get(target, headers));

        Assert.Equal((400, "BAD_REQUEST"), (upgrade.Status, upgrade.Code));
        Assert.Equal((400, "BAD_REQUEST"), (plain.Status, plain.Code));
        Assert.Null(upgrade.Header("retry-after"));
    }

    [Fact]
    public async Task A_tenant_id_may_have_64_characters_and_no_more()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();

        var longest = await gateway.AskAsync(RawClient.Get($"/v1/ws?tenant={new string('a', 64)}&ticket=t-alice", Up));
        var longer = await gateway.AskAsync(RawClient.Get($"/v1/ws?tenant={new string('a', 65)}&ticket=t-alice", Up));

        Assert.Equal(401, longest.Status);
        Assert.Equal(400, longer.Status);
    }

    [Fact]
    public async Task A_ticket_may_have_4096_characters_and_no_more()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();

        var longest = await gateway.AskAsync(RawClient.Get("/v1/ws?tenant=acme", [.. Up, $"Authorization: Bearer {new string('x', 4_096)}"]));
        var longer = await gateway.AskAsync(RawClient.Get("/v1/ws?tenant=acme", [.. Up, $"Authorization: Bearer {new string('x', 4_097)}"]));

        Assert.Equal(401, longest.Status);
        Assert.Equal(400, longer.Status);
    }

    [Theory]
    [InlineData("/v1/ws?tenant=acme&ticket=t-alice")]
    [InlineData("/v1/ws?tenant=acme", "Authorization: Bearer t-alice")]
    [InlineData("/v1/ws?tenant=acme", "authorization: bearer   t-alice")]
    [InlineData("/v1/ws?ticket=t-alice&tenant=acme&something=else")]
    [InlineData("/v1/ws?tenant=%61cme&ticket=t%2Dalice")]
    [InlineData("http://gateway.test/v1/ws?tenant=acme&ticket=t-alice")]
    public async Task A_ticket_comes_as_query_or_as_bearer_token(string target, params string[] headers)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();

        using var client = await WsClient.UpgradeAsync(gateway.Address, target, 0, headers);
        await client.GreetedAsync();

        Assert.Equal("user:alice", client.Authed.GetProperty("user").GetString());
        Assert.Null(client.Upgrade.Header("sec-websocket-protocol"));
        Assert.Null(client.Upgrade.Header("sec-websocket-extensions"));
    }

    [Theory]
    [InlineData("Sec-WebSocket-Protocol: wsprism.v1, ticket.t-alice")]
    [InlineData("Sec-WebSocket-Protocol: ticket.t-alice, wsprism.v1")]
    [InlineData("Sec-WebSocket-Protocol: other, wsprism.v1,ticket.t-alice , more")]
    [InlineData("Sec-WebSocket-Protocol: wsprism.v1", "Sec-WebSocket-Protocol: ticket.t-alice")]
    public async Task A_ticket_comes_as_subprotocol_and_only_wsprism_v1_is_selected(params string[] headers)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();

        using var client = await WsClient.UpgradeAsync(gateway.Address, "/v1/ws?tenant=acme", 0, headers);
        await client.GreetedAsync();

        Assert.Equal("user:alice", client.Authed.GetProperty("user").GetString());
        Assert.Equal("wsprism.v1", client.Upgrade.Header("sec-websocket-protocol"));
    }

    [Theory]
    [InlineData("tenant=acme&ticket=wrong")]
    [InlineData("tenant=acme&ticket=t-alic")]
    [InlineData("tenant=acme&ticket=t-alice2")]
    [InlineData("tenant=acme&ticket=T-ALICE")]
    [InlineData("tenant=acme&ticket=load")]
    [InlineData("tenant=acme&ticket=load-*x")]
    [InlineData("tenant=nobody&ticket=t-alice")]
    [InlineData("tenant=zeta&ticket=t-bob")]
    public async Task A_wrong_tenant_and_a_wrong_ticket_are_answered_401(string query)
    {
        await using var gateway = await GatewayUnderTest.StartAsync("auth.dev_tickets", "{t-alice: \"user:alice\", t-bob: \"user:bob\"}");

        var answer = await gateway.AskAsync(RawClient.Get($"/v1/ws?{query}", Up));

        Assert.Equal((401, "AUTH_FAILED"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task A_ticket_of_another_tenant_makes_another_user()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();

        using var client = await gateway.ConnectAsync("t-alice", tenant: "zeta");

        Assert.Equal("user:other-alice", client.Authed.GetProperty("user").GetString());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_unknown_tenant_and_a_wrong_ticket_are_answered_alike_to_the_byte(bool upgrade)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        string[] headers = [.. upgrade ? Up : [], "Origin: https://page.test"];

        var unknown = await gateway.AskAsync(RawClient.Get("/v1/ws?tenant=nobody&ticket=t-alice", headers));
        var wrong = await gateway.AskAsync(RawClient.Get("/v1/ws?tenant=acme&ticket=wrong", headers));

        Assert.Equal(wrong.WithoutDate, unknown.WithoutDate);
    }

    [Theory]
    [InlineData("https://app.test", true)]
    [InlineData("HTTPS://APP.TEST", true)]
    [InlineData("http://localhost:5173", true)]
    [InlineData("https://app.test:8443", false)]
    [InlineData("http://app.test", false)]
    [InlineData("https://app.test.evil.test", false)]
    [InlineData("https://evil.test", false)]
    [InlineData("null", false)]
    [InlineData("https://app.test, https://evil.test", false)]
    public async Task Only_origins_on_the_tenants_list_may_connect(string origin, bool allowed)
    {
        await using var gateway = await GatewayUnderTest.StartAsync("auth.origins", "[\"https://app.test\", \"http://localhost:5173\"]");

        var answer = await gateway.AskAsync(RawClient.Get("/v1/ws?tenant=acme&ticket=t-alice", $"Origin: {origin}"));

        Assert.Equal(allowed ? (426, "UPGRADE_REQUIRED") : (403, "NOT_ALLOWED"), (answer.Status, answer.Code));
        Assert.Equal(allowed ? origin : null, answer.Header("access-control-allow-origin"));
    }

    [Fact]
    public async Task Who_sends_no_origin_is_no_browser_and_may_connect()
    {
        await using var gateway = await GatewayUnderTest.StartAsync("auth.origins", "[\"https://app.test\"]");

        using var client = await gateway.ConnectAsync("t-alice");

        await client.IsQuietAsync();
    }

    [Fact]
    public async Task An_empty_list_lets_any_origin_connect()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();

        using var client = await gateway.UpgradeAsync("t-alice", headers: "Origin: https://anything.test");

        Assert.Equal("https://anything.test", client.Upgrade.Header("access-control-allow-origin"));
    }

    [Theory]
    [InlineData("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13")]
    [InlineData("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: c2hvcnQ=")]
    [InlineData("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==AAAA")]
    [InlineData("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ!!")]
    [InlineData("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")]
    [InlineData("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 8", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")]
    [InlineData("Connection: Upgrade", "Upgrade: h2c", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")]
    [InlineData("Connection: keep-alive", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")]
    [InlineData("Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")]
    [InlineData]
    public async Task What_is_no_valid_upgrade_is_answered_426_with_what_would_be(params string[] headers)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();

        var answer = await gateway.AskAsync(RawClient.Get("/v1/ws?tenant=acme&ticket=t-alice", headers));

        Assert.Equal((426, "UPGRADE_REQUIRED"), (answer.Status, answer.Code));
        Assert.Equal("13", answer.Header("sec-websocket-version"));
        Assert.Equal("websocket", answer.Header("upgrade"));
        Assert.Equal("no-store", answer.Header("cache-control"));
    }

    [Theory]
    [InlineData("Connection: keep-alive, Upgrade", "Upgrade: WebSocket")]
    [InlineData("connection: upgrade", "upgrade: WEBSOCKET")]
    public async Task The_words_of_an_upgrade_are_read_as_http_says(string connection, string upgrade)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();

        var answer = await gateway.AskAsync(
            RawClient.Get("/v1/ws?tenant=acme&ticket=t-alice", connection, upgrade, "Sec-WebSocket-Version: 13", $"Sec-WebSocket-Key: {WsClient.Key}"));

        Assert.Equal(101, answer.Status);
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("HEAD")]
    [InlineData("PATCH")]
    [InlineData("BREW")]
    public async Task A_method_other_than_GET_is_answered_405(string method)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var client = await gateway.ConnectRawAsync();

        await client.SendAsync(RawClient.Request(method, "/v1/ws?tenant=acme&ticket=t-alice", [.. Up, "Content-Length: 0"]));
        var answer = await client.ReadHttpAsync(head: method == "HEAD");

        Assert.Equal(405, answer.Status);
        Assert.Equal("GET", answer.Header("allow"));
    }

    [Theory]
    [InlineData("/v1/ws/")]
    [InlineData("/v1/WS")]
    [InlineData("/v2/ws")]
    [InlineData("/v1")]
    [InlineData("/v1/ws/../ws2")]
    [InlineData("/favicon.ico")]
    [InlineData("/%2e%2e/%2e%2e/etc/passwd")]
    [InlineData("/metrics")]
    [InlineData("/healthz")]
    [InlineData("/readyz")]
    public async Task A_path_other_than_v1_ws_is_answered_404(string path)
    {
        await using var gateway = await GatewayUnderTest.StartAsync();

        var answer = await gateway.AskAsync(RawClient.Get($"{path}?tenant=acme&ticket=t-alice", Up));

        Assert.Equal((404, "BAD_REQUEST"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task A_full_tenant_is_answered_503_with_Retry_After_until_somebody_leaves()
    {
        await using var gateway = await GatewayUnderTest.StartAsync("limits.max_sessions_total", "2");
        using var first = await gateway.ConnectAsync("t-alice");
        var second = await gateway.ConnectAsync("t-bob");

        var full = await gateway.AskAsync(RawClient.Get("/v1/ws?tenant=acme&ticket=t-carol", Up));
        var plain = await gateway.AskAsync(RawClient.Get("/v1/ws?tenant=acme&ticket=t-carol"));

        Assert.Equal((503, "RESOURCE_EXHAUSTED"), (full.Status, full.Code));
        Assert.Equal((503, "RESOURCE_EXHAUSTED"), (plain.Status, plain.Code));
        Assert.True(int.Parse(full.Header("retry-after")!, CultureInfo.InvariantCulture) >= 1);
        second.Raw.Reset();
        await Patience.UntilAsync(
            async () => (await gateway.AskAsync(RawClient.Get("/v1/ws?tenant=acme&ticket=t-carol"))).Status == 426, "a seat becomes free");
        await first.IsQuietAsync();
    }

    [Fact]
    public async Task Asking_without_an_upgrade_takes_no_seat_and_says_why_to_pages()
    {
        await using var gateway = await GatewayUnderTest.StartAsync("limits.max_sessions_total", "1");

        for (var i = 0; i < 5; i++)
        {
            var answer = await gateway.AskAsync(RawClient.Get("/v1/ws?tenant=acme&ticket=t-alice", "Origin: https://page.test"));
            Assert.Equal((426, "UPGRADE_REQUIRED"), (answer.Status, answer.Code));
            Assert.Equal("https://page.test", answer.Header("access-control-allow-origin"));
            Assert.Equal("Origin", answer.Header("vary"));
            Assert.Equal("Retry-After", answer.Header("access-control-expose-headers"));
        }

        using var client = await gateway.ConnectAsync("t-alice");
        await client.IsQuietAsync();
        Assert.Equal(1, (await gateway.MetricsAsync()).Sum("wsprism_sessions", ("tenant", "acme")));
    }

    [Fact]
    public async Task A_browsers_question_before_a_bearer_token_is_answered()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();

        var answer = await gateway.AskAsync(RawClient.Request(
            "OPTIONS", "/v1/ws?tenant=acme", "Origin: https://page.test", "Access-Control-Request-Method: GET", "Access-Control-Request-Headers: authorization"));

        Assert.Equal(204, answer.Status);
        Assert.Equal("https://page.test", answer.Header("access-control-allow-origin"));
        Assert.Equal("Authorization", answer.Header("access-control-allow-headers"));
        Assert.Equal("GET", answer.Header("access-control-allow-methods"));
    }

    [Fact]
    public async Task The_handshake_limit_of_an_address_is_answered_429_with_Retry_After()
    {
        var config = new TestConfig().Gateway("handshake_limit.enabled", "true").Gateway("handshake_limit.per_ip_burst", "3").Gateway("handshake_limit.per_ip_rps", "1");
        await using var gateway = await GatewayUnderTest.StartAsync(config, bystander: false);
        using var client = await gateway.ConnectRawAsync();

        var answers = new List<HttpAnswer>();
        while (answers.Count < 100 && (answers.Count == 0 || answers[^1].Status != 429))
        {
            answers.Add(await client.AskAsync(RawClient.Get("/v1/ws")));
        }

        // Before the tenant and the ticket are looked at, and only after the burst.
        Assert.InRange(answers.Count, 4, 99);
        Assert.Equal("RATE_LIMITED", answers[^1].Code);
        Assert.Equal("1", answers[^1].Header("retry-after"));
    }

    [Fact]
    public async Task The_handshake_limit_of_all_is_answered_429()
    {
        var config = new TestConfig().Gateway("handshake_limit.enabled", "true").Gateway("handshake_limit.global_burst", "2").Gateway("handshake_limit.global_rps", "1")
            .Gateway("trusted_proxies", "[\"127.0.0.1\"]");
        await using var gateway = await GatewayUnderTest.StartAsync(config, bystander: false);
        using var client = await gateway.ConnectRawAsync();

        var last = 0;
        for (var i = 0; i < 100 && last != 429; i++)
        {
            last = (await client.AskAsync(RawClient.Get("/v1/ws", $"X-Forwarded-For: 192.0.2.{i}"))).Status;
        }

        Assert.Equal(429, last);
    }

    // Each request fails two checks; the earlier one must answer.
    [Theory]
    [InlineData("/v1/ws?tenant=acme&ticket=", "Origin: https://evil.test", 400)]
    [InlineData("/v1/ws?tenant=acme&ticket=wrong", "Origin: https://evil.test", 403)]
    [InlineData("/v1/ws?tenant=acme&ticket=t-bob", "Origin: https://evil.test", 403)]
    [InlineData("/v1/ws?tenant=acme&ticket=wrong", "Origin: https://app.test", 401)]
    [InlineData("/v1/ws?tenant=acme&ticket=t-bob", "Origin: https://app.test", 503)]
    public async Task Checks_answer_in_their_order(string target, string origin, int status)
    {
        await using var gateway = await GatewayUnderTest.StartAsync(
            new TestConfig().Tenant("auth.origins", "[\"https://app.test\"]").Tenant("limits.max_sessions_total", "1"));
        using var seated = await gateway.ConnectAsync("t-alice");

        // Full, and no upgrade either.
        var answer = await gateway.AskAsync(RawClient.Get(target, origin));

        Assert.Equal(status, answer.Status);
        await seated.IsQuietAsync();
    }

    [Fact]
    public async Task The_rate_of_handshakes_is_judged_before_the_request()
    {
        var config = new TestConfig().Gateway("handshake_limit.enabled", "true").Gateway("handshake_limit.per_ip_burst", "1").Gateway("handshake_limit.per_ip_rps", "1");
        await using var gateway = await GatewayUnderTest.StartAsync(config, bystander: false);
        using var client = await gateway.ConnectRawAsync();
        string[] wrong = ["/v1/ws?tenant=acme", "/v1/ws?tenant=nobody&ticket=x", "/v1/ws?tenant=acme&ticket=t-alice"];

        foreach (var target in wrong)
        {
            var status = 0;
            for (var i = 0; i < 100 && status != 429; i++)
            {
                status = (await client.AskAsync(RawClient.Get(target))).Status;
            }

            Assert.Equal(429, status);
        }
    }

    [Fact]
    public async Task X_Forwarded_For_of_a_stranger_is_not_believed()
    {
        var config = new TestConfig().Gateway("handshake_limit.enabled", "true").Gateway("handshake_limit.per_ip_burst", "1").Gateway("handshake_limit.per_ip_rps", "1")
            .Gateway("trusted_proxies", "[\"10.0.0.0/8\"]");
        await using var gateway = await GatewayUnderTest.StartAsync(config, bystander: false);
        using var client = await gateway.ConnectRawAsync();

        var status = 0;
        for (var i = 0; i < 100 && status != 429; i++)
        {
            status = (await client.AskAsync(RawClient.Get("/v1/ws", $"X-Forwarded-For: 192.0.2.{i}"))).Status;
        }

        Assert.Equal(429, status);
        Assert.Equal(1, (await gateway.MetricsAsync()).Sum("wsprism_handshake_addresses"));
    }

    [Theory]
    [InlineData(new[] { "X-Forwarded-For: 192.0.2.1", "X-Forwarded-For: 192.0.2.2" }, 2)]
    [InlineData(new[] { "X-Forwarded-For: 198.51.100.9, 192.0.2.1", "X-Forwarded-For: 203.0.113.7, 192.0.2.1" }, 1)]
    [InlineData(new[] { "X-Forwarded-For: 192.0.2.1, 10.1.2.3", "X-Forwarded-For: 192.0.2.1" }, 1)]
    [InlineData(new[] { "X-Forwarded-For: 2001:db8:1:2::1", "X-Forwarded-For: 2001:db8:1:2:ffff::2" }, 1)]
    [InlineData(new[] { "X-Forwarded-For: 2001:db8:1:2::1", "X-Forwarded-For: 2001:db8:1:3::1" }, 2)]
    [InlineData(new[] { "X-Forwarded-For: ::ffff:192.0.2.1", "X-Forwarded-For: 192.0.2.1" }, 1)]
    [InlineData(new[] { "X-Forwarded-For: nonsense", "X-Forwarded-For: " }, 1)]
    public async Task X_Forwarded_For_of_a_trusted_proxy_tells_clients_apart(string[] requests, int addresses)
    {
        var config = new TestConfig().Gateway("handshake_limit.enabled", "true").Gateway("trusted_proxies", "[\"127.0.0.0/8\", \"10.0.0.0/8\"]");
        await using var gateway = await GatewayUnderTest.StartAsync(config, bystander: false);
        using var client = await gateway.ConnectRawAsync();

        foreach (var header in requests)
        {
            await client.AskAsync(RawClient.Get("/v1/ws", header));
        }

        Assert.Equal(addresses, (await gateway.MetricsAsync()).Sum("wsprism_handshake_addresses"));
    }

    [Fact]
    public async Task Handshakes_are_counted_by_their_answer()
    {
        await using var gateway = await GatewayUnderTest.StartAsync("limits.max_sessions_total", "1");
        using var client = await gateway.ConnectAsync("t-alice");
        foreach (var target in new[] { "tenant=acme", "tenant=acme&ticket=wrong", "tenant=nobody&ticket=wrong", "tenant=acme&ticket=t-bob" })
        {
            await gateway.AskAsync(RawClient.Get($"/v1/ws?{target}", Up));
        }

        var metrics = await gateway.MetricsAsync();

        Assert.Equal(1, metrics.Sum("wsprism_handshakes_total", ("tenant", "acme"), ("status", "101")));
        Assert.Equal(1, metrics.Sum("wsprism_handshakes_total", ("tenant", ""), ("status", "400")));
        Assert.Equal(1, metrics.Sum("wsprism_handshakes_total", ("tenant", "acme"), ("status", "401"), ("code", "AUTH_FAILED")));
        Assert.Equal(1, metrics.Sum("wsprism_handshakes_total", ("tenant", ""), ("status", "401"), ("code", "AUTH_FAILED")));
        Assert.Equal(1, metrics.Sum("wsprism_handshakes_total", ("tenant", "acme"), ("status", "503"), ("code", "RESOURCE_EXHAUSTED")));
    }
}
