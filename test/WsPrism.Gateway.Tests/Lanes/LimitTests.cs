using System.Text;
using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Lanes;

/// <summary>What a tenant's policy and limits stop, at each limit and one past it.</summary>
public abstract class LimitTests(Wire wire) : TransportTests(wire)
{
    public sealed class OverWebSocket() : LimitTests(Wire.WebSocket);

    public sealed class OverTcp() : LimitTests(Wire.Tcp);

    [Theory]
    [InlineData("limits.max_rooms_total")]
    [InlineData("limits.max_rooms_per_user")]
    public async Task A_limit_on_rooms_holds_and_frees_up_when_one_is_left(string limit)
    {
        await using var gateway = await StartAsync(limit, "2");
        using var alice = await gateway.ConnectAsync("t-alice");
        await alice.JoinAsync("one");
        await alice.JoinAsync("two");

        await alice.SendTextAsync("""{"svc":"room","type":"join","room":"three","id":1}""");
        Assert.Equal("RESOURCE_EXHAUSTED", await alice.ExpectErrorAsync("1"));
        await alice.JoinAsync("one");
        await alice.SendTextAsync("""{"svc":"room","type":"leave","room":"two"}""");
        await alice.ExpectAsync("sys", "left");
        await alice.JoinAsync("three");
    }

    [Fact]
    public async Task A_limit_on_a_users_rooms_counts_all_of_its_sessions()
    {
        await using var gateway = await StartAsync("limits.max_rooms_per_user", "2");
        using var phone = await gateway.ConnectAsync("t-alice");
        using var desk = await gateway.ConnectAsync("t-alice");
        using var bob = await gateway.ConnectAsync("t-bob");
        await phone.JoinAsync("one");
        await desk.JoinAsync("two");

        await phone.SendTextAsync("""{"svc":"room","type":"join","room":"three","id":1}""");
        Assert.Equal("RESOURCE_EXHAUSTED", await phone.ExpectErrorAsync("1"));
        await phone.JoinAsync("two");
        await bob.JoinAsync("three");
    }

    [Fact]
    public async Task A_limit_on_a_rooms_users_counts_users_not_sessions()
    {
        await using var gateway = await StartAsync("limits.max_users_per_room", "2");
        using var alice = await gateway.ConnectAsync("t-alice");
        using var alicesPhone = await gateway.ConnectAsync("t-alice");
        using var bob = await gateway.ConnectAsync("t-bob");
        using var carol = await gateway.ConnectAsync("t-carol");
        await alice.JoinAsync("r");
        await alicesPhone.JoinAsync("r");
        await bob.JoinAsync("r");

        await carol.SendTextAsync("""{"svc":"room","type":"join","room":"r","id":1}""");
        Assert.Equal("RESOURCE_EXHAUSTED", await carol.ExpectErrorAsync("1"));
        alice.Raw.Reset();
        await Patience.UntilAsync(async () => (await gateway.MetricsAsync()).Sum("wsprism_sessions", ("tenant", "acme")) == 3, "alice is gone");
        await carol.SendTextAsync("""{"svc":"room","type":"join","room":"r","id":2}""");
        Assert.Equal("RESOURCE_EXHAUSTED", await carol.ExpectErrorAsync("2"));
        await bob.SendTextAsync("""{"svc":"room","type":"leave"}""");
        await bob.ExpectAsync("sys", "left");
        await carol.JoinAsync("r");
    }

    [Fact]
    public async Task A_session_too_many_is_told_and_closed_with_4409()
    {
        await using var gateway = await StartAsync("policy.sessions", "{mode: multi, max_sessions_per_user: 2, on_exceed: deny}");
        using var first = await gateway.ConnectAsync("t-alice");
        using var second = await gateway.ConnectAsync("t-alice");
        using var other = await gateway.ConnectAsync("t-bob");

        using var third = await gateway.OpenAsync("t-alice");
        Assert.Equal("TOO_MANY_SESSIONS", await third.ExpectErrorAsync());
        await third.ExpectCloseAsync(4409);

        await first.IsQuietAsync();
        await second.IsQuietAsync();
        await other.IsQuietAsync();
        second.Dispose();
        await Patience.UntilAsync(async () => (await gateway.MetricsAsync()).Sum("wsprism_sessions", ("tenant", "acme")) == 2, "the second is gone");
        using var fourth = await gateway.ConnectAsync("t-alice");
        Assert.Equal(1, (await gateway.MetricsAsync()).Sum("wsprism_sessions_ended_total", ("tenant", "acme"), ("reason", "too_many_sessions")));
    }

    [Theory]
    [InlineData("{mode: single, on_exceed: kick_oldest}", 1)]
    [InlineData("{mode: multi, max_sessions_per_user: 3, on_exceed: kick_oldest}", 3)]
    public async Task The_oldest_session_is_kicked_with_4408_and_the_newcomer_is_in(string rule, int allowed)
    {
        await using var gateway = await StartAsync("policy.sessions", rule);
        var sessions = new List<GatewayClient>();
        for (var i = 0; i < allowed; i++)
        {
            sessions.Add(await gateway.ConnectAsync("t-alice"));
            await sessions[i].JoinAsync($"room-{i}");
        }

        sessions.Add(await gateway.ConnectAsync("t-alice"));

        Assert.Equal("replaced", (await sessions[0].ExpectAsync("sys", "kicked")).GetProperty("data").GetProperty("reason").GetString());
        await sessions[0].ExpectCloseAsync(4408);
        foreach (var session in sessions.Skip(1))
        {
            await session.IsQuietAsync();
        }

        var metrics = await gateway.MetricsAsync();
        Assert.Equal(allowed, metrics.Sum("wsprism_sessions", ("tenant", "acme")));
        Assert.Equal(allowed - 1, metrics.Sum("wsprism_rooms", ("tenant", "acme")));
        Assert.Equal(1, metrics.Sum("wsprism_users", ("tenant", "acme")));
        Assert.Equal(1, metrics.Sum("wsprism_sessions_ended_total", ("tenant", "acme"), ("reason", "replaced")));
        sessions.ForEach(session => session.Dispose());
    }

    [Theory]
    [InlineData("no json")]
    [InlineData("""{"svc":"chat","type":"send","data":{"msg":"x"}}""")]
    public async Task The_last_allowed_violation_is_answered_and_the_next_closes_with_4403(string message)
    {
        await using var gateway = await StartAsync(
            new TestConfig().Tenant("policy.violations", "{max: 3, window_ms: 3600000}").Tenant("policy.ext_allowlist", "[\"sys:ping\"]"));
        using var client = await gateway.ConnectAsync("t-alice");
        using var other = await gateway.ConnectAsync("t-alice");
        for (var i = 0; i < 2; i++)
        {
            await client.SendTextAsync(message);
            await client.ExpectErrorAsync();
        }

        await client.IsQuietAsync();
        await client.SendTextAsync(message);

        await client.ExpectErrorAsync();
        await client.ExpectCloseAsync(4403);
        await other.IsQuietAsync();
    }

    [Fact]
    public async Task Refused_hot_frames_count_as_violations_even_where_errors_are_silent()
    {
        await using var gateway = await StartAsync(
            new TestConfig().Tenant("policy.violations", "{max: 2, window_ms: 3600000}").Tenant("policy.hot_error_mode", "silent"));
        using var client = await gateway.ConnectAsync("t-alice");

        await client.SendHotAsync("02 01 00");
        await client.IsQuietAsync();
        await client.SendHotAsync("02 01 00");

        await client.ExpectCloseAsync(4403);
    }

    [Fact]
    public async Task Over_the_rate_each_message_with_an_id_is_told_when_to_come_back()
    {
        await using var gateway = await StartAsync(new TestConfig().Tenant("policy.rate_limit_rps", "1").Tenant("policy.rate_limit_burst", "3"));
        using var client = await gateway.ConnectAsync("t-alice");
        const int Sent = 500;

        await client.Raw.SendAsync(Many(client, Sent, i => $$$"""{"svc":"sys","type":"refresh","data":{"ticket":"t-alice"},"id":{{{i}}}}"""));

        var passed = 0;
        for (var i = 0; i < Sent; i++)
        {
            var answer = await client.ReadEnvelopeAsync();
            Assert.Equal(i, answer.GetProperty("id").GetInt32());
            if (answer.GetProperty("type").GetString() == "ack")
            {
                passed++;
            }
            else
            {
                var data = answer.GetProperty("data");
                Assert.Equal("RATE_LIMITED", data.GetProperty("code").GetString());
                Assert.InRange(data.GetProperty("retry_after_ms").GetInt32(), 1, 1_000);
                Assert.True(i >= 3);
            }
        }

        // The burst, and one a second however long it took.
        Assert.InRange(passed, 3, Sent - 1);
    }

    [Fact]
    public async Task Leaving_is_never_refused_for_rate()
    {
        await using var gateway = await StartAsync(new TestConfig().Tenant("policy.rate_limit_rps", "1").Tenant("policy.rate_limit_burst", "2"));
        using var client = await gateway.ConnectAsync("t-alice");
        await client.JoinAsync("one");
        await client.JoinAsync("two");

        await client.Raw.SendAsync(Many(client, 100, i => $$$"""{"svc":"chat","type":"typing","id":{{{i}}}}"""));
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(i, (await client.ReadEnvelopeAsync()).GetProperty("id").GetInt32());
        }

        await client.Raw.SendAsync(Many(client, 2, i => """{"svc":"room","type":"leave","room":"ROOM"}""".Replace("ROOM", i == 0 ? "one" : "two", StringComparison.Ordinal)));
        await client.ExpectAsync("sys", "left");
        await client.ExpectAsync("sys", "left");
    }

    [Fact]
    public async Task Over_the_rate_hot_frames_are_dropped_and_not_answered()
    {
        await using var gateway = await StartAsync(
            new TestConfig().Tenant("policy.hot_rate_limit_rps", "1").Tenant("policy.rate_limit_burst", "5").Tenant("policy.rate_limit_rps", "1000000"));
        using var client = await gateway.ConnectAsync("t-alice");

        await client.Raw.SendAsync(Enumerable.Range(0, 500).SelectMany(i => client.Encode(new ClientFrame(ClientFrame.Binary, [250, 1, 0x20, (byte)i]))).ToArray());
        var frames = await client.RoundTripAsync();

        Assert.All(frames, frame => Assert.True(frame.IsBinary, frame.ToString()));
        Assert.InRange(frames.Count, 5, 499);
        var metrics = await gateway.MetricsAsync();
        Assert.Equal(500 - frames.Count, metrics.Sum("wsprism_policy_decisions_total", ("tenant", "acme"), ("lane", "hot"), ("decision", "drop"), ("reason", "rate_connection")));
    }

    [Fact]
    public async Task A_rate_of_the_tenant_is_shared_by_its_sessions()
    {
        await using var gateway = await StartAsync(new TestConfig()
            .Gateway("shards", "2").Tenant("policy.rate_limit_rps", "1").Tenant("policy.rate_limit_burst", "10").Tenant("policy.rate_limit_scope", "tenant"));
        using var alice = await gateway.ConnectAsync("t-alice");
        using var bob = await gateway.ConnectAsync("t-bob");
        const int Each = 200;

        var passed = 0;
        foreach (var client in new[] { alice, bob })
        {
            await client.Raw.SendAsync(Many(client, Each, i => $$$"""{"svc":"sys","type":"refresh","data":{"ticket":"{{{(client == alice ? "t-alice" : "t-bob")}}}"},"id":{{{i}}}}"""));
            for (var i = 0; i < Each; i++)
            {
                passed += (await client.ReadEnvelopeAsync()).GetProperty("type").GetString() == "ack" ? 1 : 0;
            }
        }

        Assert.InRange(passed, 1, (2 * Each) - 1);
        Assert.True((await gateway.MetricsAsync()).Sum("wsprism_policy_decisions_total", ("reason", "rate_tenant")) > 0);
    }

    [Fact]
    public async Task Shadow_mode_counts_what_it_would_refuse_and_lets_it_pass()
    {
        await using var gateway = await StartAsync(
            new TestConfig().Tenant("policy.mode", "shadow").Tenant("policy.ext_allowlist", "[\"room:join\"]").Tenant("policy.violations", "{max: 1, window_ms: 1000}"));
        using var client = await gateway.ConnectAsync("t-alice");
        await client.JoinAsync("r");

        await client.SendTextAsync("""{"svc":"chat","type":"send","data":{"msg":"x"}}""");
        await client.ExpectAsync("chat", "msg");
        await client.SendTextAsync("no json");
        Assert.Equal("BAD_REQUEST", await client.ExpectErrorAsync());

        await client.IsQuietAsync();
        Assert.Equal(1, (await gateway.MetricsAsync()).Sum(
            "wsprism_policy_decisions_total", ("tenant", "acme"), ("mode", "shadow"), ("decision", "reject"), ("reason", "not_allowed")));
    }

    private static byte[] Many(GatewayClient client, int count, Func<int, string> text) =>
        [.. Enumerable.Range(0, count).SelectMany(i => client.Encode(new ClientFrame(ClientFrame.Text, Encoding.UTF8.GetBytes(text(i)))))];
}
