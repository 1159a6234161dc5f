using WsPrism.Core.Configuration;
using WsPrism.Core.Reload;
using WsPrism.Core.Sessions;
using WsPrism.Core.Tests.Rooms;
using WsPrism.Testing;

namespace WsPrism.Core.Tests.Reload;

/// <summary>Another configuration under sessions that stay.</summary>
public sealed class NodeReloadTests
{
    [Fact]
    public void A_session_is_told_the_budget_of_the_lane_that_changes_and_of_no_other()
    {
        using var gateway = new TestGateway();
        var alice = gateway.Connect("alice");
        alice.ReadAll();

        gateway.ReloadTenant(tenant => tenant with { Policy = tenant.Policy with { HotRateLimitRps = 30 } });
        var hot = Assert.Single(alice.ReadEnvelopes());
        gateway.ReloadTenant(tenant => tenant with { Policy = tenant.Policy with { RateLimitRps = 50 } });
        var ext = Assert.Single(alice.ReadEnvelopes());
        gateway.ReloadTenant(tenant => tenant with { Policy = tenant.Policy with { HotErrorMode = HotErrorMode.Silent } });

        Assert.Equal(("sys.budget", "hot", 30), (hot.Name, hot.String("lane"), hot.Number("rps")));
        Assert.Equal(("sys.budget", "ext", 50), (ext.Name, ext.String("lane"), ext.Number("rps")));
        Assert.Empty(alice.ReadEnvelopes());
    }

    [Fact]
    public void A_policy_holds_from_the_next_message_on()
    {
        using var gateway = new TestGateway();
        var alice = gateway.ConnectTo("r", "alice");

        gateway.ReloadTenant(tenant => tenant with { Policy = tenant.Policy with { ExtAllowlist = ["room:*"] } });
        alice.Send("chat", "send", """{"msg":"hi"}""");

        Assert.Equal("NOT_ALLOWED", alice.NextEnvelope().Code);
        gateway.ReloadTenant(tenant => tenant with { Policy = tenant.Policy with { ExtAllowlist = ["chat:*"] } });
        alice.Send("chat", "send", """{"msg":"hi"}""", id: "1");
        Assert.Equal(["chat.msg", "sys.ack"], alice.ReadEnvelopes().Select(envelope => envelope.Name).Order());
    }

    [Fact]
    public void A_bucket_that_a_larger_burst_left_in_debt_is_not_emptier_than_empty()
    {
        using var gateway = new TestGateway(tenant: tenant => tenant with
        {
            Policy = tenant.Policy with { RateLimitRps = 1, RateLimitBurst = 1_000, RateLimitScope = RateLimitScope.Both },
        });
        var alice = gateway.Connect("alice");
        for (var i = 0; i < 1_000; i++)
        {
            alice.Send("sys", "ping");
        }

        gateway.ReloadTenant(tenant => tenant with { Policy = tenant.Policy with { RateLimitRps = 10, RateLimitBurst = 2 } });
        alice.ReadAll();
        alice.Send("sys", "ping", id: "1");
        Assert.Equal("RATE_LIMITED", alice.NextEnvelope().Code);

        // One bucket after the other is looked at: the session's, then the tenant's.
        gateway.Advance(112);
        alice.Send("sys", "ping", id: "2");
        gateway.Advance(112);
        alice.Send("sys", "ping", id: "3");

        Assert.Contains(alice.ReadEnvelopes(), envelope => envelope.Name == "sys.ack");
    }

    [Fact]
    public void A_tenant_that_is_gone_closes_its_sessions_and_no_others()
    {
        using var gateway = new TestGateway(shards: 3, moreTenants: [TestGateway.DefaultTenant with { Id = "beta" }]);
        var beta = gateway.Node.FindTenant("beta")!;
        var (alice, bob) = (gateway.ConnectTo("r", "alice"), gateway.Connect("bob", beta).Join("r"));
        bob.ReadAll();

        gateway.Reload(config => config with { Tenants = [config.Tenants[0]] });

        Assert.Equal(("sys.kicked", "tenant_removed"), (bob.Envelopes.Last().Name, bob.Envelopes.Last().String("reason")));
        Assert.Equal((ushort)4408, bob.CloseCode);
        Assert.Null(gateway.Node.FindTenant("beta"));
        Assert.Equal(0, beta.Registry.RoomCount);
        alice.Send("chat", "send", """{"msg":"still here"}""", id: "1");
        Assert.Contains(alice.ReadEnvelopes(), envelope => envelope.Name == "sys.ack");
    }

    [Fact]
    public void A_session_that_opens_when_its_tenant_has_just_gone_is_closed_all_the_same()
    {
        using var gateway = new TestGateway();
        gateway.RunsAtOnce = false;
        var late = gateway.Connect("late");

        gateway.Reload(config => config with { Tenants = [config.Tenants[0] with { Id = "other" }] });
        gateway.RunUntilIdle();

        Assert.Equal((ushort)4408, late.CloseCode);
        Assert.Equal(1, gateway.Count(counters => counters.Ended(EndReason.TenantRemoved)));
        Assert.Equal(0, gateway.Count(counters => counters.Sessions));
    }

    [Fact]
    public void A_tenant_that_comes_is_there_for_sessions()
    {
        using var gateway = new TestGateway();

        gateway.Reload(config => config with { Tenants = [.. config.Tenants, TestGateway.DefaultTenant with { Id = "beta" }] });

        var bob = gateway.Connect("bob", gateway.Node.FindTenant("beta"));
        Assert.Equal("beta", bob.NextEnvelope().String("tenant"));
    }

    [Fact]
    public void Limits_below_what_is_in_use_send_nobody_away_and_let_nobody_in()
    {
        using var gateway = new TestGateway();
        var (alice, bob) = (gateway.ConnectTo("r", "alice"), gateway.ConnectTo("r", "bob"));

        gateway.ReloadTenant(tenant => tenant with
        {
            Limits = tenant.Limits with { MaxSessionsTotal = 1, MaxUsersPerRoom = 1, MaxRoomsTotal = 1, MaxRoomsPerUser = 1, MaxFrameBytes = 16 },
        });

        Assert.Null(gateway.TryConnect("carol"));
        alice.Send("chat", "send", """{"msg":"still here"}""");
        Assert.Equal("chat.msg", bob.NextEnvelope().Name);
        Assert.False(alice.IsClosed || bob.IsClosed);
    }

    [Fact]
    public void Shorter_times_count_from_the_reload_on()
    {
        using var gateway = new TestGateway(gateway: gateway => gateway with { PingIntervalMs = 120_000, IdleTimeoutMs = 600_000 });
        var alice = gateway.Connect("alice");
        gateway.Advance(100_000, atOnce: true);

        gateway.Reload(config => config with { Gateway = config.Gateway with { PingIntervalMs = 5_000, IdleTimeoutMs = 10_000 } });
        gateway.Advance(9_900);
        Assert.False(alice.Session.HasEnded);
        Assert.Contains(alice.Received, frame => frame.Kind == Core.Delivery.FrameKind.Ping);
        gateway.Advance(200);

        Assert.Equal((ushort)4411, alice.CloseCode);
    }

    [Fact]
    public void A_longer_ping_interval_is_for_those_who_were_told_it()
    {
        using var gateway = new TestGateway(gateway: gateway => gateway with { PingIntervalMs = 5_000, IdleTimeoutMs = 600_000 });
        var alice = gateway.Connect("alice");

        gateway.Reload(config => config with { Gateway = config.Gateway with { PingIntervalMs = 60_000 } });
        var bob = gateway.Connect("bob");
        gateway.Advance(21_000);

        Assert.Equal(4, alice.Received.Count(frame => frame.Kind == Core.Delivery.FrameKind.Ping));
        Assert.DoesNotContain(bob.Received, frame => frame.Kind == Core.Delivery.FrameKind.Ping);
        Assert.Equal(60_000, bob.Envelopes.First().Number("ping_interval_ms"));
    }

    [Fact]
    public void Ticks_come_and_go_in_a_room_with_members()
    {
        using var gateway = Ruled.Gateway(shards: 2);
        var (alice, bob) = (gateway.ConnectTo("r", "alice"), gateway.ConnectTo("r", "bob"));

        alice.Put(7, 1);
        Assert.Equal("7=1", bob.GotFrames());
        gateway.ReloadTenant(tenant => tenant with { Rooms = [new RoomRuleConfig { Match = "r*", Hot = new RoomHotConfig { TickHz = 20 } }] });
        alice.Put(7, 2).Put(8, 2).Put(7, 3);
        Assert.Equal("", bob.GotFrames());
        gateway.Advance(50);
        Assert.Equal("[7=3 8=2]", bob.GotFrames());

        alice.Put(7, 4);
        gateway.ReloadTenant(tenant => tenant with { Rooms = [] });
        alice.Put(7, 5);

        // What was held goes before what comes.
        Assert.Equal("[7=4] 7=5", bob.GotFrames());
        gateway.AssertNothingWaits();
    }

    [Fact]
    public void Many_sessions_follow_a_few_in_each_millisecond()
    {
        using var gateway = new TestGateway();
        gateway.RunsAtOnce = false;
        for (var i = 0; i <= ShardSweep.AtOnce; i++)
        {
            gateway.Connect($"user{i}");
        }

        gateway.RunUntilIdle();
        var acted = 0;
        var sweep = ShardSweep.RunAsync(gateway.Tenant.Registry.Sessions(), _ => acted++);
        gateway.RunUntilIdle();

        Assert.Equal((ShardSweep.AtOnce, false), (acted, sweep.IsCompleted));
        gateway.Advance(1);
        Assert.Equal((ShardSweep.AtOnce + 1, true), (acted, sweep.IsCompleted));
    }

    [Fact]
    public void What_the_configuration_says_the_same_of_is_taken_over()
    {
        using var gateway = new TestGateway();
        var before = gateway.Tenant.Snapshot;

        gateway.ReloadTenant(tenant => tenant with { Auth = new AuthConfig(), Rooms = [.. tenant.Rooms], Limits = tenant.Limits with { MaxRoomsTotal = 7 } });

        Assert.NotSame(before, gateway.Tenant.Snapshot);
        Assert.Same(before.Tickets, gateway.Tenant.Snapshot.Tickets);
        Assert.Same(before.RoomRules, gateway.Tenant.Snapshot.RoomRules);
    }

    [Fact]
    public void The_same_configuration_changes_nothing()
    {
        using var gateway = new TestGateway();
        var before = gateway.Tenant.Snapshot;

        gateway.ReloadTenant(tenant => tenant with { Policy = tenant.Policy with { ExtAllowlist = [.. tenant.Policy.ExtAllowlist] } });

        Assert.Same(before, gateway.Tenant.Snapshot);
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(1, "gateway.handshake_limit.per_ip_rps")]
    [InlineData(2, "gateway.trusted_proxies, gateway.admin.api_keys, gateway.logging.categories")]
    [InlineData(3, "gateway.tls")]
    public void A_difference_is_named_by_its_keys(int which, string keys)
    {
        var before = new GatewayConfig();
        var after = which switch
        {
            1 => before with { HandshakeLimit = new HandshakeLimitConfig { PerIpRps = 11 } },
            2 => before with
            {
                TrustedProxies = ["10.0.0.1"],
                Admin = before.Admin with { ApiKeys = ["a"] },
                Logging = before.Logging with { Categories = new Dictionary<string, string> { ["A"] = "debug" } },
            },
            3 => before with { Tls = new TlsConfig { PfxFile = "a" } },
            _ => before with { TrustedProxies = [], HandshakeLimit = new HandshakeLimitConfig() },
        };

        Assert.Equal(keys, string.Join(", ", ConfigDiff.Between(before, after, "gateway")));
    }
}
