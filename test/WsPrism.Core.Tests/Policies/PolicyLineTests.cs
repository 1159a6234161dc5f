using WsPrism.Core.Configuration;
using WsPrism.Core.Policies;
using WsPrism.Core.Sessions;
using WsPrism.Protocol;
using WsPrism.Protocol.Hot;
using WsPrism.Testing;

namespace WsPrism.Core.Tests.Policies;

public sealed class PolicyLineTests
{
    [Fact]
    public void Over_the_rate_an_envelope_with_an_id_is_always_answered_with_the_time_to_wait()
    {
        using var gateway = Gateway(policy => policy with { RateLimitRps = 4, RateLimitBurst = 2 });
        var client = Ready(gateway);

        client.Send("sys", "ping").Send("sys", "ping", id: "1").Send("sys", "ping", id: "2").Send("sys", "ping", id: "3");

        var errors = client.ReadEnvelopes().Where(envelope => envelope.Name == "sys.error").ToArray();
        Assert.Equal(["2", "3"], errors.Select(error => error.Id));
        Assert.All(errors, error => Assert.Equal(("RATE_LIMITED", 250L), (error.Code, error.Number("retry_after_ms"))));
        gateway.Advance(240);
        Assert.Equal("sys.error", client.Send("sys", "ping", id: "4").NextEnvelope().Name);
        gateway.Advance(10);
        Assert.Equal("sys.pong", client.Send("sys", "ping", id: "5").NextEnvelope().Name);
    }

    [Fact]
    public void Over_the_rate_an_envelope_without_an_id_is_answered_once_a_second()
    {
        using var gateway = Gateway(policy => policy with { RateLimitRps = 1, RateLimitBurst = 1 });
        var client = Ready(gateway).Send("sys", "ping");
        client.ReadAll();

        client.Send("sys", "ping").Send("sys", "ping").Send("sys", "ping");

        Assert.Equal("RATE_LIMITED", Assert.Single(client.ReadEnvelopes()).Code);
        gateway.Advance(1_000);
        client.Send("sys", "ping").ReadAll();
        Assert.Equal("RATE_LIMITED", Assert.Single(client.Send("sys", "ping").Send("sys", "ping").ReadEnvelopes()).Code);
        Assert.Equal(5, gateway.Count(counters => counters.Decided(Lane.Ext, false, PolicyDecision.Reject, PolicyReason.RateConnection)));
    }

    [Fact]
    public void Over_the_rate_a_hot_frame_is_dropped_and_counted_and_never_answered()
    {
        using var gateway = Gateway(policy => policy with { HotRateLimitRps = 1, RateLimitBurst = 1, HotRequiresActiveRoom = false });
        var client = Ready(gateway);

        client.SendHot(250, 1, 1).SendHot(250, 1, 2).SendHot(250, 1, 3);

        Assert.Equal([1], Assert.Single(client.ReadAll()).ToHot().Payload);
        Assert.Equal(2, gateway.Count(counters => counters.Decided(Lane.Hot, false, PolicyDecision.Drop, PolicyReason.RateConnection)));
    }

    [Fact]
    public void Leaving_is_never_refused_for_rate()
    {
        using var gateway = Gateway(policy => policy with { RateLimitRps = 1, RateLimitBurst = 2 });
        var client = Ready(gateway).Join("a").Join("b", active: false);
        client.ReadAll();

        Assert.Equal("RATE_LIMITED", client.Send("sys", "ping", id: "1").NextEnvelope().Code);
        client.Leave("a").Leave("b");

        Assert.Equal(["sys.left", "sys.left"], client.ReadEnvelopes().Select(envelope => envelope.Name));
    }

    [Fact]
    public void Ping_and_refresh_need_no_allowlist_and_stats_does()
    {
        using var gateway = Gateway(policy => policy with { ExtAllowlist = [] });
        var client = Ready(gateway);

        Assert.Equal("sys.pong", client.Send("sys", "ping").NextEnvelope().Name);
        Assert.Equal("AUTH_FAILED", client.Send("sys", "refresh", """{"ticket":"x"}""").NextEnvelope().Code);
        Assert.Equal("NOT_ALLOWED", client.Send("sys", "stats").NextEnvelope().Code);
    }

    [Fact]
    public void What_is_not_allowed_is_refused_before_it_is_looked_for()
    {
        using var gateway = Gateway(policy => policy with { ExtAllowlist = ["nothing:*"] });
        var client = Ready(gateway);

        Assert.Equal("NOT_ALLOWED", client.Send("absent", "x").NextEnvelope().Code);
        Assert.Equal("UNKNOWN_SERVICE", client.Send("nothing", "x", id: "\"7\"").NextEnvelope().Code);
        Assert.Equal(1, gateway.Count(counters => counters.Decided(Lane.Ext, false, PolicyDecision.Reject, PolicyReason.UnknownService)));
    }

    [Fact]
    public void Malformed_messages_are_answered_and_do_not_end_the_session()
    {
        using var gateway = Gateway();
        var client = Ready(gateway);

        client.SendText("no json").SendText("""{"svc":"sys","type":"ping","extra":1,"id":5}""").SendText("""{"v":2,"svc":"sys","type":"ping"}""").SendBinary([1, 2]);

        Assert.Equal(["BAD_REQUEST", "BAD_REQUEST", "UNSUPPORTED_VERSION", "BAD_REQUEST"], client.ReadEnvelopes().Select(envelope => envelope.Code));
        Assert.False(client.Session.HasEnded);
    }

    [Fact]
    public void An_error_for_a_malformed_envelope_carries_its_id()
    {
        using var gateway = Gateway();

        var error = Ready(gateway).SendText("""{"svc":"sys","type":"ping","extra":1,"id":"five"}""").NextEnvelope();

        Assert.Equal("\"five\"", error.Id);
    }

    [Fact]
    public void Refusals_close_with_4403_at_the_maximum_and_not_one_below()
    {
        using var gateway = Gateway(policy => policy with { Violations = new ViolationsConfig { Max = 3, WindowMs = 1_000 } });
        var client = Ready(gateway);

        client.Send("nope", "x").SendHot(9, 9);
        Assert.False(client.Session.HasEnded);
        gateway.Advance(1_000);
        client.Send("nope", "x").SendText("?");
        Assert.False(client.Session.HasEnded);
        client.SendHot(9, 9);

        Assert.Equal(CloseCode.PolicyViolation, client.CloseCode);
        Assert.Equal(1, gateway.Count(counters => counters.Ended(EndReason.Violations)));
    }

    [Fact]
    public void Hot_frames_over_the_rate_count_as_violations()
    {
        using var gateway = Gateway(policy => policy with
        {
            RateLimitRps = 1,
            RateLimitBurst = 1,
            HotRequiresActiveRoom = false,
            Violations = new ViolationsConfig { Max = 2, WindowMs = 1_000 },
        });
        var client = Ready(gateway);

        client.SendHot(250, 1).SendHot(250, 1);
        Assert.False(client.Session.HasEnded);
        client.SendHot(250, 1);

        Assert.Equal(CloseCode.PolicyViolation, client.CloseCode);
    }

    [Fact]
    public void Shadow_mode_passes_what_it_would_refuse_and_counts_it()
    {
        using var gateway = Gateway(policy => policy with
        {
            Mode = PolicyMode.Shadow,
            ExtAllowlist = [],
            HotAllowlist = [],
            RateLimitRps = 1,
            RateLimitBurst = 1,
            Violations = new ViolationsConfig { Max = 1, WindowMs = 1_000 },
        });
        var client = Ready(gateway);

        client.Join("a").Join("b").SendHot(250, 1, 7);

        Assert.Equal(["sys.joined", "sys.joined"], client.Envelopes.Skip(3).Select(envelope => envelope.Name));
        Assert.Equal([7], Assert.Single(client.HotFrames).Payload);
        Assert.False(client.Session.HasEnded);
        Assert.Equal(1, gateway.Count(counters => counters.Decided(Lane.Ext, true, PolicyDecision.Reject, PolicyReason.NotAllowed)));
        Assert.Equal(1, gateway.Count(counters => counters.Decided(Lane.Ext, true, PolicyDecision.Reject, PolicyReason.RateConnection)));
        Assert.Equal(1, gateway.Count(counters => counters.Decided(Lane.Hot, true, PolicyDecision.Drop, PolicyReason.RateConnection)));
        Assert.Equal(1, gateway.Count(counters => counters.Decided(Lane.Hot, true, PolicyDecision.Reject, PolicyReason.NotAllowed)));
    }

    [Fact]
    public void Shadow_mode_does_not_pass_what_cannot_be_understood()
    {
        using var gateway = Gateway(policy => policy with { Mode = PolicyMode.Shadow });

        Assert.Equal("BAD_REQUEST", Ready(gateway).SendText("{").NextEnvelope().Code);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_hot_frame_without_a_room_is_refused_where_the_tenant_says_so(bool requires)
    {
        using var gateway = Gateway(policy => policy with { HotRequiresActiveRoom = requires });
        var client = Ready(gateway);

        client.SendHot(250, 1, 5);

        if (requires)
        {
            Assert.Equal("NOT_IN_ROOM", client.NextEnvelope().Code);
        }
        else
        {
            Assert.Equal([5], client.NextHot().Payload);
            Assert.Equal("NOT_IN_ROOM", client.SendHot(1, 1).NextEnvelope().Code);
        }
    }

    [Fact]
    public void Silent_hot_errors_are_only_counted()
    {
        using var gateway = Gateway(policy => policy with { HotErrorMode = HotErrorMode.Silent, HotAllowlist = ["1:*", "99:*"] });
        var client = Ready(gateway);

        client.SendHot(2, 2).SendBinary([1]).SendHot(1, 1).Join("a").SendHot(99, 1)
            .SendHot(new HotFrame { SvcId = 1, Opcode = 1, Flags = HotFlags.Room, Room = 1_234 });

        Assert.Equal("sys.joined", Assert.Single(client.ReadEnvelopes()).Name);
        Assert.Equal(1, gateway.Count(counters => counters.Decided(Lane.Hot, false, PolicyDecision.Reject, PolicyReason.NotAllowed)));
        Assert.Equal(1, gateway.Count(counters => counters.Decided(Lane.Hot, false, PolicyDecision.Reject, PolicyReason.Malformed)));
        Assert.Equal(1, gateway.Count(counters => counters.Decided(Lane.Hot, false, PolicyDecision.Reject, PolicyReason.NoActiveRoom)));
        Assert.Equal(1, gateway.Count(counters => counters.Decided(Lane.Hot, false, PolicyDecision.Reject, PolicyReason.UnknownService)));
        Assert.Equal(1, gateway.Count(counters => counters.Decided(Lane.Hot, false, PolicyDecision.Reject, PolicyReason.NotInRoom)));
    }

    private static TestGateway Gateway(Func<PolicyConfig, PolicyConfig>? policy = null) =>
        new(tenant: tenant => tenant with { Policy = (policy ?? (same => same))(tenant.Policy) });

    private static TestClient Ready(TestGateway gateway)
    {
        var client = gateway.Connect("alice");
        client.ReadAll();
        return client;
    }
}
