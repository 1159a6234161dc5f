using WsPrism.Core.Configuration;
using WsPrism.Core.Delivery;
using WsPrism.Core.Policies;
using WsPrism.Core.Sessions;
using WsPrism.Protocol;
using WsPrism.Testing;

namespace WsPrism.Core.Tests.Sessions;

public sealed class SessionTests
{
    [Fact]
    public void Authed_is_the_first_frame_and_says_all()
    {
        using var gateway = new TestGateway();
        var client = gateway.Connect("user:dev");

        var authed = client.NextEnvelope();

        Assert.Equal("sys.authed", authed.Name);
        Assert.Equal(["v", "svc", "type", "data", "trace_id"], authed.FieldNames);
        Assert.Equal("acme", authed.String("tenant"));
        Assert.Equal("user:dev", authed.String("user"));
        Assert.Equal(client.Session.SessionId, authed.String("session"));
        Assert.Equal(client.Handle, authed.Number("handle"));
        Assert.Equal(20_000, authed.Number("ping_interval_ms"));
        Assert.Equal(60_000, authed.Number("idle_timeout_ms"));
        Assert.Equal(4_096, authed.Number("max_frame_bytes"));
        Assert.Equal(gateway.Time.GetUtcNow().ToUnixTimeMilliseconds(), authed.Number("server_time_ms"));
        Assert.False(authed.Data.TryGetProperty("resume", out _));
    }

    [Fact]
    public void The_budget_of_each_lane_follows()
    {
        using var gateway = new TestGateway(tenant: tenant => tenant with
        {
            Policy = tenant.Policy with { RateLimitRps = 200, RateLimitBurst = 400, HotRateLimitRps = 60 },
        });
        var client = gateway.Connect("alice");

        var data = client.ReadEnvelopes().Skip(1).Select(envelope => envelope.Data.GetRawText());

        Assert.Equal(["""{"lane":"ext","rps":200,"burst":400}""", """{"lane":"hot","rps":60,"burst":400}"""], data);
    }

    [Fact]
    public void Handles_and_session_ids_are_each_ones_own()
    {
        using var gateway = new TestGateway(shards: 2);
        var clients = Enumerable.Range(0, 50).Select(i => gateway.Connect("user" + (i % 7))).ToArray();

        Assert.Equal(50, clients.Select(client => client.Handle).Distinct().Count());
        Assert.Equal(50, clients.Select(client => client.Session.SessionId).Distinct().Count());
        Assert.DoesNotContain(0u, clients.Select(client => client.Handle));
    }

    [Fact]
    public void Deny_turns_the_newcomer_away_with_4409()
    {
        using var gateway = Gateway(new SessionPolicyConfig { MaxSessionsPerUser = 2 });
        var first = gateway.Connect("alice");
        var second = gateway.Connect("alice");
        var other = gateway.Connect("bob");

        var third = gateway.Connect("alice");

        Assert.Equal("TOO_MANY_SESSIONS", third.NextEnvelope().Code);
        Assert.Equal(CloseCode.TooManySessions, third.CloseCode);
        Assert.Equal(2, third.Received.Count);
        Assert.Equal(1, gateway.Count(counters => counters.Ended(EndReason.TooManySessions)));
        Assert.All(new[] { first, second, other }, client => Assert.False(client.Session.HasEnded));
        first.Vanish();
        Assert.Equal("sys.authed", gateway.Connect("alice").NextEnvelope().Name);
    }

    [Fact]
    public void Kick_oldest_closes_the_oldest_with_4408_and_lets_the_newcomer_in()
    {
        using var gateway = Gateway(new SessionPolicyConfig { MaxSessionsPerUser = 2, OnExceed = SessionExceedRule.KickOldest }, shards: 3);
        var first = gateway.Connect("alice");
        var second = gateway.Connect("alice");
        first.ReadAll();

        var third = gateway.Connect("alice");

        var kicked = first.NextEnvelope();
        Assert.Equal(("sys.kicked", "replaced"), (kicked.Name, kicked.String("reason")));
        Assert.Equal(CloseCode.Kicked, first.CloseCode);
        Assert.Equal(1, gateway.Count(counters => counters.Ended(EndReason.Replaced)));
        Assert.Equal("sys.authed", third.NextEnvelope().Name);
        Assert.False(second.Session.HasEnded);
        Assert.Equal(2, gateway.Tenant.Registry.SessionCount);
    }

    [Theory]
    [InlineData(SessionExceedRule.Deny)]
    [InlineData(SessionExceedRule.KickOldest)]
    public void Single_means_one_session_a_user(SessionExceedRule rule)
    {
        using var gateway = Gateway(new SessionPolicyConfig { Mode = SessionMode.Single, OnExceed = rule });
        var first = gateway.Connect("alice");

        var second = gateway.Connect("alice");

        var (stays, goes) = rule == SessionExceedRule.Deny ? (first, second) : (second, first);
        Assert.False(stays.Session.HasEnded);
        Assert.True(goes.IsClosed);
    }

    [Fact]
    public void The_same_user_of_another_tenant_is_another_user()
    {
        using var gateway = new TestGateway(
            tenant: tenant => tenant with { Policy = tenant.Policy with { Sessions = new SessionPolicyConfig { MaxSessionsPerUser = 1 } } },
            moreTenants: [TestGateway.DefaultTenant with { Id = "other" }]);
        var acme = gateway.Connect("alice").Join("lobby");
        var other = gateway.Connect("alice", gateway.Node.FindTenant("other")).Join("lobby");
        acme.ReadAll();

        other.Send("chat", "send", """{"msg":"x"}""");

        Assert.False(acme.Session.HasEnded);
        Assert.Empty(acme.ReadAll());
    }

    [Fact]
    public void Seats_are_exact_at_the_limit_and_given_back()
    {
        using var gateway = new TestGateway(tenant: tenant => tenant with { Limits = new LimitsConfig { MaxSessionsTotal = 2 } });
        var first = gateway.Connect("a");
        gateway.Connect("b");

        Assert.Null(gateway.TryConnect("c"));
        Assert.False(gateway.Tenant.Registry.HasFreeSeat(gateway.Tenant.Snapshot.Config.Limits));
        first.Vanish();
        Assert.NotNull(gateway.TryConnect("c"));
        Assert.Null(gateway.TryConnect("d"));
    }

    [Fact]
    public void A_session_that_is_turned_away_gives_its_seat_back()
    {
        using var gateway = new TestGateway(tenant: tenant => tenant with
        {
            Limits = new LimitsConfig { MaxSessionsTotal = 2 },
            Policy = tenant.Policy with { Sessions = new SessionPolicyConfig { MaxSessionsPerUser = 1 } },
        });
        gateway.Connect("a");

        Assert.NotNull(gateway.TryConnect("a"));

        Assert.NotNull(gateway.TryConnect("b"));
        Assert.Null(gateway.TryConnect("c"));
    }

    [Fact]
    public async Task Parallel_threads_never_overshoot_the_seats()
    {
        using var gateway = new TestGateway(tenant: tenant => tenant with { Limits = new LimitsConfig { MaxSessionsTotal = 100 } });
        var (registry, limits) = (gateway.Tenant.Registry, gateway.Tenant.Snapshot.Config.Limits);
        var (held, most) = (0, 0);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(seed => Task.Run(() =>
        {
            var (random, own) = (new Random(seed), 0);
            for (var i = 0; i < 50_000; i++)
            {
                if (random.Next(2) == 0 && registry.TryReserveSeat(limits))
                {
                    own++;
                    InterlockedMax(ref most, Interlocked.Increment(ref held));
                }
                else if (own > 0 && random.Next(2) == 0)
                {
                    own--;
                    Interlocked.Decrement(ref held);
                    registry.ReleaseSeat();
                }
            }
        })));

        Assert.InRange(most, 1, 100);
        Assert.Equal(100 - held, Enumerable.Range(0, 200).Count(_ => registry.TryReserveSeat(limits)));
    }

    [Fact]
    public void A_ping_comes_every_interval()
    {
        using var gateway = Timed(ping: 5_008, idle: 60_000);
        var client = gateway.Connect("alice");

        gateway.Advance(5_008 - 16);
        Assert.Equal(0, Pings(client));
        gateway.Advance(16);
        Assert.Equal(1, Pings(client));
        client.Pong();
        gateway.Advance(5_008 * 3);
        Assert.Equal(4, Pings(client));
    }

    [Fact]
    public void A_silent_client_is_closed_with_4411_at_the_limit_and_not_before()
    {
        using var gateway = Timed(ping: 5_008, idle: 16_000);
        var client = gateway.Connect("alice");

        gateway.Advance(16_000 - 16);
        Assert.False(client.Session.HasEnded);
        gateway.Advance(16);

        Assert.Equal(CloseCode.IdleTimeout, client.CloseCode);
        Assert.Equal(1, gateway.Count(counters => counters.Ended(EndReason.IdleTimeout)));
    }

    [Theory]
    [InlineData("pong")]
    [InlineData("ping")]
    [InlineData("text")]
    [InlineData("malformed")]
    [InlineData("binary")]
    public void Whatever_comes_keeps_the_session_alive(string what)
    {
        using var gateway = Timed(ping: 5_008, idle: 16_000);
        var client = gateway.Connect("alice");

        for (var i = 0; i < 5; i++)
        {
            gateway.Advance(15_008);
            _ = what switch
            {
                "pong" => client.Pong(),
                "ping" => client.Ping(1),
                "text" => client.Send("sys", "ping"),
                "malformed" => client.SendText("?"),
                _ => client.SendHot(1, 1),
            };
        }

        gateway.Advance(16_000 - 16);
        Assert.False(client.Session.HasEnded);
        gateway.Advance(16);
        Assert.True(client.Session.HasEnded);
    }

    [Fact]
    public void A_clients_ping_is_answered_with_its_payload()
    {
        using var gateway = new TestGateway();
        var client = gateway.Connect("alice");
        client.ReadAll();

        var pong = client.Ping(1, 2, 3).Next();

        Assert.Equal(FrameKind.Pong, pong.Kind);
        Assert.Equal([1, 2, 3], pong.Bytes);
    }

    [Fact]
    public void A_write_without_progress_ends_with_4410_and_the_connection_is_cut()
    {
        using var gateway = Timed(write: 1_600);
        var client = gateway.Connect("alice").Stall().Send("sys", "ping");

        gateway.Advance(1_600 - 16);
        Assert.False(client.Session.HasEnded);
        gateway.Advance(16);

        Assert.True(client.Connection.IsAborted);
        Assert.True(client.IsClosed);
        Assert.Equal(1, gateway.Count(counters => counters.Ended(EndReason.WriteTimeout)));
        Assert.Equal(0, gateway.Node.Shards[0].SessionCount);
    }

    [Fact]
    public void Progress_starts_the_write_time_out_anew()
    {
        using var gateway = Timed(write: 1_600);
        var client = gateway.Connect("alice").Stall();
        for (var i = 0; i < 10; i++)
        {
            client.Send("sys", "ping");
        }

        for (var i = 0; i < 5; i++)
        {
            gateway.Advance(1_504);
            client.Grant(frames: 1, bytes: 1_000);
        }

        Assert.False(client.Session.HasEnded);
        client.Grant();
        gateway.Advance(5_000);
        Assert.False(client.Session.HasEnded);
    }

    [Fact]
    public void A_peer_that_never_answers_the_close_is_cut_after_a_while()
    {
        using var gateway = Timed(write: 1_600);
        var client = gateway.Connect("alice", setUp: connection => connection.AnswersClose = false);

        client.CloseGracefully();
        gateway.Advance(1_600 - 16);
        Assert.False(client.Connection.IsAborted);
        gateway.Advance(16);

        Assert.True(client.IsClosed);
    }

    [Fact]
    public void A_protocol_error_is_closed_with_its_code_and_cut_soon()
    {
        using var gateway = Timed(write: 1_600);
        var client = gateway.Connect("alice", setUp: connection => connection.AnswersClose = false);

        client.Session.Shard.Post(() => client.Session.OnProtocolError(CloseCode.InvalidUtf8, "not UTF-8"));
        gateway.RunUntilIdle();
        gateway.Advance(208);

        Assert.Equal(CloseCode.InvalidUtf8, client.CloseCode);
        Assert.Equal("not UTF-8", client.Received[^1].CloseReason);
        Assert.True(client.IsClosed);
        Assert.Equal(1, gateway.Count(counters => counters.Ended(EndReason.ProtocolError)));
    }

    [Fact]
    public void A_repeated_id_is_answered_again_and_acted_on_once()
    {
        using var gateway = new TestGateway();
        var bob = gateway.ConnectTo("lobby", "bob");
        var alice = gateway.ConnectTo("lobby", "alice");

        for (var i = 0; i < 3; i++)
        {
            alice.Send("chat", "send", """{"msg":"once"}""", id: "\"m-1\"");
        }

        Assert.Single(bob.ReadEnvelopes());
        Assert.Equal(3, alice.ReadEnvelopes().Count(envelope => envelope.Name == "sys.ack" && envelope.Id == "\"m-1\""));
        Assert.Equal(2, gateway.Count(counters => counters.Decided(Lane.Ext, false, PolicyDecision.Drop, PolicyReason.Repeated)));
    }

    [Fact]
    public void A_repeated_id_gets_the_data_of_its_first_answer()
    {
        using var gateway = new TestGateway();
        var alice = gateway.ConnectTo("lobby", "alice");

        var first = alice.Send("room", "list", id: "1").NextEnvelope();
        alice.Leave();
        alice.ReadAll();
        var second = alice.Send("room", "list", id: "1").NextEnvelope();

        Assert.Equal(first.Text, second.Text);
    }

    [Fact]
    public void An_id_is_forgotten_after_1024_others()
    {
        using var gateway = new TestGateway();
        var bob = gateway.ConnectTo("lobby", "bob");
        var alice = gateway.ConnectTo("lobby", "alice");
        TestClient Say(int id) => alice.Send("chat", "send", """{"msg":"x"}""", id: $"{id}");

        for (var id = 0; id < 1_024; id++)
        {
            Say(id);
        }

        Say(0);
        Assert.Equal(1_024, bob.ReadEnvelopes().Count);
        Say(1_024);
        Say(0);
        Assert.Equal(2, bob.ReadEnvelopes().Count);
    }

    [Fact]
    public void A_refused_message_may_be_tried_again_under_its_id()
    {
        using var gateway = new TestGateway();
        var alice = gateway.Connect("alice");
        alice.ReadAll();

        Assert.Equal("NOT_IN_ROOM", alice.Send("chat", "send", """{"msg":"x"}""", "lobby", "1").NextEnvelope().Code);
        alice.Join("lobby").ReadAll();
        Assert.Contains(alice.Send("chat", "send", """{"msg":"x"}""", "lobby", "1").ReadEnvelopes(), envelope => envelope.Name == "chat.msg");
    }

    private static TestGateway Gateway(SessionPolicyConfig sessions, int shards = 1) =>
        new(shards, tenant => tenant with { Policy = tenant.Policy with { Sessions = sessions } });

    private static TestGateway Timed(int ping = 20_000, int idle = 600_000, int write = 10_000) =>
        new(gateway: gateway => gateway with { PingIntervalMs = ping, IdleTimeoutMs = idle, WriterSendTimeoutMs = write });

    private static int Pings(TestClient client) => client.Received.Count(frame => frame.Kind == FrameKind.Ping);

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = Volatile.Read(ref target); value > seen && Interlocked.CompareExchange(ref target, value, seen) != seen;)
        {
            seen = Volatile.Read(ref target);
        }
    }
}
