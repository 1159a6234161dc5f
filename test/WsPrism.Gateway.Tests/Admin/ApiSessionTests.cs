using System.Text.Json;
using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Admin;

public sealed class ApiSessionTests
{
    [Fact]
    public async Task Sessions_are_listed_and_described()
    {
        await using var api = await ApiUnderTest.StartAsync();
        using var alice = await api.Gateway.ConnectAsync("t-alice");
        using var bob = await api.Gateway.ConnectAsync("t-bob");
        await alice.JoinAsync("lobby");
        var (one, two) = (SessionOf(alice), SessionOf(bob));
        static string Shown(string session, string user, uint handle) => $$"""{"session":"{{session}}","user":"{{user}}","handle":{{handle}},"transport":"websocket","connected":true}""";
        var (first, second) = (Shown(one, "user:alice", alice.Handle), Shown(two, "user:bob", bob.Handle));

        Assert.Equal($$"""{"sessions":[{{string.Join(',', new[] { first, second }.Order(StringComparer.Ordinal))}}]}""", await api.OkAsync("GET", "/sessions"));
        Assert.Equal($$"""{"sessions":[{{second}}]}""", await api.OkAsync("GET", "/users/user:bob/sessions"));
        Assert.Equal("""{"sessions":[]}""", await api.OkAsync("GET", "/users/nobody/sessions"));
        var details = await api.OkAsync("GET", $"/sessions/{one}");
        Assert.StartsWith(first[..^1] + ""","rooms":[{"room":"lobby","handle":1,"active":true}],"ledger":{"control":{"accepted":4,""", details, StringComparison.Ordinal);
        Assert.Equal("404 BAD_REQUEST: There is no such session.", await api.ProblemAsync("GET", "/sessions/nobody"));
    }

    [Fact]
    public async Task A_session_without_a_connection_is_shown_as_such_and_can_be_closed()
    {
        await using var api = await ApiUnderTest.StartAsync(new TestConfig().Tenant("resume", "{window_ms: 60000}"));
        using var alice = await api.Gateway.ConnectAsync("t-alice");
        await alice.JoinAsync("lobby");
        alice.Raw.Reset();
        var shown = $$"""{"session":"{{SessionOf(alice)}}","user":"user:alice","handle":{{alice.Handle}},"connected":false}""";

        await Patience.UntilAsync(async () => await api.OkAsync("GET", "/sessions") == $$"""{"sessions":[{{shown}}]}""", "the lost connection is noticed");
        Assert.StartsWith(shown[..^1] + ""","rooms":[{"room":"lobby",""", await api.OkAsync("GET", $"/sessions/{SessionOf(alice)}"), StringComparison.Ordinal);
        Assert.Contains("user:alice", await api.OkAsync("GET", "/rooms/lobby/members"), StringComparison.Ordinal);
        Assert.Equal("""{"receivers":1}""", await api.OkAsync("POST", "/rooms/lobby/messages", """{"svc":"a","type":"b"}"""));
        Assert.Equal("""{"closed":1}""", await api.OkAsync("DELETE", $"/sessions/{SessionOf(alice)}"));
        Assert.Equal("""{"sessions":[]}""", await api.OkAsync("GET", "/sessions"));
    }

    [Fact]
    public async Task A_session_is_closed_with_a_reason_and_the_others_stay()
    {
        await using var api = await ApiUnderTest.StartAsync();
        using var one = await api.Gateway.ConnectAsync("t-alice");
        using var two = await api.Gateway.ConnectAsync("t-alice");

        Assert.Equal("""{"closed":1}""", await api.OkAsync("DELETE", $"/sessions/{SessionOf(one)}", """{"reason":"naïve"}"""));

        Assert.Equal("naïve", (await one.ExpectAsync("sys", "kicked")).GetProperty("data").GetProperty("reason").GetString());
        Assert.Equal("kicked", (await one.ExpectCloseAsync(4408)).CloseReason);
        Assert.Equal("""{"closed":0}""", await api.OkAsync("DELETE", $"/sessions/{SessionOf(one)}"));
        await two.IsQuietAsync();
        Assert.Equal(1, (await api.Gateway.MetricsAsync()).Sum("wsprism_sessions_ended_total", ("reason", "kicked")));
    }

    [Fact]
    public async Task All_of_a_users_sessions_are_closed()
    {
        await using var api = await ApiUnderTest.StartAsync();
        using var one = await api.Gateway.ConnectAsync("t-alice");
        using var two = await api.Gateway.ConnectAsync("t-alice");
        using var bob = await api.Gateway.ConnectAsync("t-bob");

        Assert.Equal("""{"closed":2}""", await api.OkAsync("DELETE", "/users/user:alice/sessions"));

        foreach (var client in new[] { one, two })
        {
            Assert.Equal("kicked", (await client.ExpectAsync("sys", "kicked")).GetProperty("data").GetProperty("reason").GetString());
            await client.ExpectCloseAsync(4408);
        }

        await bob.IsQuietAsync();
        Assert.Equal("""{"closed":0}""", await api.OkAsync("DELETE", "/users/nobody/sessions"));
    }

    [Theory]
    [InlineData("""{"reason":""}""", "reason: must be 1 to 128 bytes without control characters.")]
    [InlineData("""{"reason":"a\u0007"}""", "reason: must be 1 to 128 bytes without control characters.")]
    [InlineData("""{"reason":7}""", "reason: must be a string.")]
    [InlineData("""{"why":"x"}""", "The body has an unknown field, \"why\"; known here: reason.")]
    [InlineData("[]", "The body must be an object.")]
    public async Task A_wrong_reason_closes_nobody(string body, string detail)
    {
        await using var api = await ApiUnderTest.StartAsync();
        using var alice = await api.Gateway.ConnectAsync("t-alice");

        Assert.Equal($"400 BAD_REQUEST: {detail}", await api.ProblemAsync("DELETE", $"/sessions/{SessionOf(alice)}", body));

        await alice.IsQuietAsync();
    }

    [Fact]
    public async Task A_session_of_another_tenant_is_not_there()
    {
        await using var api = await ApiUnderTest.StartAsync();
        var sessions = await api.AskAsync("GET", "/v1/tenants/zeta/sessions", key: ApiUnderTest.ZetaKey);
        var session = JsonSerializer.Deserialize<JsonElement>(sessions.Body).GetProperty("sessions")[0].GetProperty("session").GetString();

        Assert.Equal("404 BAD_REQUEST: There is no such session.", await api.ProblemAsync("GET", $"/sessions/{session}"));
        Assert.Equal("""{"closed":0}""", await api.OkAsync("DELETE", $"/sessions/{session}"));
        Assert.Equal("""{"receivers":0}""", await api.OkAsync("POST", $"/sessions/{session}/messages", """{"svc":"a","type":"b"}"""));
        Assert.Equal("""{"receivers":0}""", await api.OkAsync("POST", "/rooms/bystanders/messages", """{"svc":"a","type":"b"}"""));
    }

    [Fact]
    public async Task Stats_are_counts_rates_the_ledger_and_the_limits()
    {
        await using var api = await ApiUnderTest.StartAsync(new TestConfig().Tenant("limits.max_sessions_total", "77"));
        using var alice = await api.Gateway.ConnectAsync("t-alice");
        await alice.JoinAsync("lobby");

        var stats = JsonSerializer.Deserialize<JsonElement>(await api.OkAsync("GET", "/stats"));

        Assert.Equal(["sessions", "users", "rooms", "rates", "ledger", "limits"], stats.EnumerateObject().Select(field => field.Name));
        Assert.Equal((1, 1, 1), (stats.GetProperty("sessions").GetInt32(), stats.GetProperty("users").GetInt32(), stats.GetProperty("rooms").GetInt32()));
        Assert.Equal(4, stats.GetProperty("ledger").GetProperty("control").GetProperty("accepted").GetInt32());
        Assert.Equal(77, stats.GetProperty("limits").GetProperty("max_sessions_total").GetInt32());
        Assert.True(stats.GetProperty("rates").GetProperty("ext_in_per_s").GetDouble() >= 0);
    }

    private static string SessionOf(GatewayClient client) => client.Authed.GetProperty("session").GetString()!;
}
