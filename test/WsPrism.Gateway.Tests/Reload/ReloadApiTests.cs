using System.Text.Json;
using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Reload;

/// <summary><c>POST /v1/reload</c>, and what follows where.</summary>
public sealed class ReloadApiTests
{
    private const string OtherTenant = """{id: beta, auth: {dev_tickets: {b-bob: "user:bob"}}, policy: {ext_allowlist: ["room:*", "chat:*"]}}""";

    [Fact]
    public async Task What_changed_is_answered_by_its_keys()
    {
        await using var api = await ApiUnderTest.StartAsync(new TestConfig().More(OtherTenant.Replace("beta", "gone", StringComparison.Ordinal)));
        using var alice = await api.Gateway.ConnectAsync("t-alice");
        api.Gateway.Config = ApiUnderTest.WithKeys(new TestConfig().More(OtherTenant))
            .Gateway("drain_grace_ms", "1").Gateway("handshake_limit.per_ip_rps", "11").Gateway("listen", "\"127.0.0.1:1\"").Gateway("shards", "7")
            .Tenant("policy.rate_limit_rps", "77").Tenant("auth.dev_tickets", "{t-secret: \"user:alice\"}");

        var answer = await ReloadAsync(api);
        var again = await ReloadAsync(api);

        Assert.Equal(
            """
            {"outcome":"applied","generation":2,"gateway":["gateway.drain_grace_ms","gateway.handshake_limit.per_ip_rps"],"added":["beta"],"removed":["gone"],"changed":[{"tenant":"acme","keys":["auth.dev_tickets","policy.rate_limit_rps"]}],"needs_restart":["gateway.listen","gateway.shards"],"warnings":
            """,
            answer.Body[..answer.Body.IndexOf("[{\"line\"", StringComparison.Ordinal)]);
        Assert.StartsWith("""{"outcome":"unchanged","generation":2,"gateway":[],"added":[],"removed":[],"changed":[],"needs_restart":["gateway.listen","gateway.shards"],""", again.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(api.Gateway.Log.Lines, line => line.Contains("t-secret", StringComparison.Ordinal));
        Assert.Contains(api.Gateway.Log.Lines, line => line.Contains("Reload: tenant \"acme\": auth.dev_tickets, policy.rate_limit_rps", StringComparison.Ordinal));
        Assert.Equal(77, (await alice.ExpectAsync("sys", "budget")).GetProperty("data").GetProperty("rps").GetInt32());
        await alice.ExpectAsync("sys", "budget");
        using var bob = await api.Gateway.ConnectAsync("b-bob", "beta");
        var metrics = await api.Gateway.MetricsAsync();
        Assert.Equal((2, 2), (metrics.Sum("wsprism_config_generation"), metrics.Sum("wsprism_config_restart_needed_keys")));
        Assert.Equal((1, 1), (Reloads(metrics, "applied"), Reloads(metrics, "unchanged")));
        Assert.Equal(2, metrics.Sum("wsprism_api_requests_total", ("call", "POST /v1/reload"), ("status", "200")));
    }

    [Fact]
    public async Task A_file_that_is_wrong_changes_nothing_and_everything_wrong_is_told_without_secrets()
    {
        await using var api = await ApiUnderTest.StartAsync();
        api.Gateway.Config = ApiUnderTest.WithKeys(new TestConfig())
            .Gateway("admin.api_keys", "[short-secret]").Tenant("policy.rate_limit_rps", "0").Tenant("policy.ext_allowlist", "[nonsense]");

        var answer = await ReloadAsync(api);

        Assert.Equal((422, "application/problem+json"), (answer.Status, answer.Header("content-type")));
        var problem = JsonSerializer.Deserialize<JsonElement>(answer.Body);
        Assert.Equal("BAD_REQUEST", problem.GetProperty("code").GetString());
        var errors = problem.GetProperty("errors").EnumerateArray().ToArray();
        Assert.Equal(
            ["gateway.admin.api_keys[0]", "tenants[0].policy.ext_allowlist[0]", "tenants[0].policy.rate_limit_rps"],
            errors.Select(error => error.GetProperty("key").GetString()).Order(StringComparer.Ordinal));
        Assert.All(errors, error => Assert.True(error.GetProperty("line").GetInt32() > 0 && error.GetProperty("column").GetInt32() > 0));
        Assert.DoesNotContain("short-secret", answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(api.Gateway.Log.Lines, line => line.Contains("short-secret", StringComparison.Ordinal));
        Assert.Equal(4, api.Gateway.Log.Errors.Count());
        Assert.Equal(1, Reloads(await api.Gateway.MetricsAsync(), "invalid"));
        Assert.Equal(200, (await api.AcmeAsync("GET", "/rooms")).Status);
    }

    [Fact]
    public async Task It_is_the_operators_and_a_POST()
    {
        await using var api = await ApiUnderTest.StartAsync();

        Assert.StartsWith("403 NOT_ALLOWED: ", ApiUnderTest.ProblemOf(await api.AskAsync("POST", "/v1/reload")), StringComparison.Ordinal);
        Assert.StartsWith("401 AUTH_FAILED: ", ApiUnderTest.ProblemOf(await api.AskAsync("POST", "/v1/reload", key: null)), StringComparison.Ordinal);
        Assert.Equal(405, (await api.AskAsync("GET", "/v1/reload", key: ApiUnderTest.OperatorKey)).Status);
        Assert.Equal(400, (await api.AskAsync("POST", "/v1/reload", """{"force":true}""", ApiUnderTest.OperatorKey)).Status);
        Assert.Equal(0, Reloads(await api.Gateway.MetricsAsync(), "unchanged"));
    }

    [Fact]
    public async Task Keys_are_exchanged_and_those_that_stay_keep_what_they_have_used()
    {
        await using var api = await ApiUnderTest.StartAsync();
        var before = api.Gateway.Host;
        api.Gateway.Config = ApiUnderTest.WithKeys(new TestConfig()).Tenant("api_keys", $"[{ApiUnderTest.AcmeKey}, another-key-0123456789abcdef0123456789]");

        Assert.Equal(200, (await ReloadAsync(api)).Status);

        Assert.Equal(401, (await api.AskAsync("GET", "/v1/tenants/acme/rooms", key: ApiUnderTest.OldAcmeKey)).Status);
        Assert.Equal(200, (await api.AskAsync("GET", "/v1/tenants/acme/rooms", key: ApiUnderTest.AcmeKey)).Status);
        Assert.Equal(200, (await api.AskAsync("GET", "/v1/tenants/acme/rooms", key: "another-key-0123456789abcdef0123456789")).Status);
        Assert.Same(before, api.Gateway.Host);
    }

    [Fact]
    public async Task Newcomers_meet_the_new_tickets_origins_pages_and_limits_and_sessions_stay()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var alice = await gateway.ConnectAsync("t-alice");
        gateway.Config = new TestConfig()
            .Tenant("auth.dev_tickets", "{u-alice: \"user:alice\"}").Tenant("auth.origins", "[\"https://good.test\"]").Tenant("limits.max_frame_bytes", "100")
            .Tenant("policy.compression", "true");

        await gateway.Host.Reload.RunAsync("test");

        await alice.SendTextAsync($$"""{"svc":"sys","type":"ping","data":{"x":"{{new string('x', 200)}}"},"id":1}""");
        await alice.ExpectAsync("sys", "pong");
        Assert.Equal(401, (await gateway.AskAsync(RawClient.Get("/v1/ws?tenant=acme&ticket=t-alice", WsClient.UpgradeHeaders))).Status);
        Assert.Equal(403, (await gateway.AskAsync(RawClient.Get("/v1/ws?tenant=acme&ticket=u-alice", [.. WsClient.UpgradeHeaders, "Origin: https://evil.test"]))).Status);
        using var again = await gateway.UpgradeAsync("u-alice", "Origin: https://good.test", "Sec-WebSocket-Extensions: permessage-deflate");
        Assert.Equal(100, again.Authed.GetProperty("max_frame_bytes").GetInt32());
        Assert.Contains("permessage-deflate", again.Upgrade.Header("sec-websocket-extensions"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_address_that_a_proxy_names_is_believed_from_the_reload_on()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(new TestConfig()
            .Gateway("handshake_limit", "{enabled: true, per_ip_rps: 1, per_ip_burst: 1000, global_rps: 1000, global_burst: 1000}"));
        await AskAsync("192.0.2.1");
        Assert.Equal(1, (await gateway.MetricsAsync()).Sum("wsprism_handshake_addresses"));

        gateway.Config = new TestConfig()
            .Gateway("handshake_limit", "{enabled: true, per_ip_rps: 1, per_ip_burst: 2, global_rps: 1000, global_burst: 1000}").Gateway("trusted_proxies", "[127.0.0.1]");
        await gateway.Host.Reload.RunAsync("test");

        Assert.Equal(401, await AskAsync("192.0.2.2"));
        Assert.Equal(401, await AskAsync("192.0.2.2"));
        Assert.Equal(429, await AskAsync("192.0.2.2"));
        Assert.Equal(401, await AskAsync("192.0.2.3"));

        async Task<int> AskAsync(string address) => (await gateway.AskAsync(RawClient.Get("/v1/ws?tenant=acme&ticket=wrong", $"X-Forwarded-For: {address}"))).Status;
    }

    [Fact]
    public async Task A_gateway_that_drains_takes_nothing_in()
    {
        await using var api = await ApiUnderTest.StartAsync(new TestConfig().Gateway("drain_grace_ms", "60000"));
        using var bystander = api.Gateway.TakeBystander();
        using var alice = await api.Gateway.ConnectAsync("t-alice");
        var drain = api.Gateway.Host.DrainAsync();
        await alice.ExpectAsync("sys", "draining");

        Assert.StartsWith("503 DRAINING: ", ApiUnderTest.ProblemOf(await api.AskAsync("POST", "/v1/reload", key: ApiUnderTest.OperatorKey)), StringComparison.Ordinal);

        bystander.Dispose();
        alice.Dispose();
        await drain;
    }

    private static Task<HttpAnswer> ReloadAsync(ApiUnderTest api) => api.AskAsync("POST", "/v1/reload", key: ApiUnderTest.OperatorKey);

    private static double Reloads(Metrics metrics, string outcome) => metrics.Sum("wsprism_config_reloads_total", ("outcome", outcome));
}
