using System.Collections.Concurrent;
using System.Text;
using WsPrism.Core.Configuration;
using WsPrism.Core.Dispatch;
using WsPrism.Core.Policies;
using WsPrism.Core.Sessions;
using WsPrism.Protocol;
using WsPrism.Protocol.Ext;
using WsPrism.Services;
using WsPrism.Testing;

namespace WsPrism.Core.Tests.Dispatch;

public sealed class FilterTests
{
    [Fact]
    public void What_passes_reaches_its_service_as_it_was()
    {
        var service = new RecordingService();
        using var gateway = Gateway(service, new TestFilter());

        var ack = Ready(gateway).Send("test", "ask", "{\"a\":1}", "lobby", "1").NextEnvelope();

        Assert.Equal(("sys.ack", "1"), (ack.Name, ack.Id));
        Assert.Equal(["ask lobby {\"a\":1}"], service.Seen);
    }

    [Fact]
    public void A_change_is_what_the_next_filter_and_the_service_see()
    {
        var service = new RecordingService();
        var second = new TestFilter();
        using var gateway = Gateway(
            service, new TestFilter { Act = context => context.Replace(new EnvelopeChange("tell"u8.ToArray(), "hall"u8.ToArray(), "2"u8.ToArray())) }, second);

        Assert.Equal("sys.ack", Ready(gateway).Send("test", "ask", "1", "lobby", "1").NextEnvelope().Name);

        Assert.Equal(["tell hall 2"], second.Seen);
        Assert.Equal(["tell hall 2"], service.Seen);
    }

    [Fact]
    public void A_change_of_one_field_leaves_the_others()
    {
        var service = new RecordingService();
        using var gateway = Gateway(service, new TestFilter { Act = context => context.Replace(new EnvelopeChange(null, null, "2"u8.ToArray())) });

        Ready(gateway).Send("test", "ask", "1", "lobby");

        Assert.Equal(["ask lobby 2"], service.Seen);
    }

    [Theory]
    [InlineData(PolicyMode.Enforce, "sys.error", 0)]
    [InlineData(PolicyMode.Shadow, "sys.ack", 1)]
    public void The_allowlist_holds_for_a_changed_type_too(PolicyMode mode, string answer, int seen)
    {
        var service = new RecordingService();
        using var gateway = Gateway(
            service,
            tenant => tenant with { Policy = tenant.Policy with { Mode = mode, ExtAllowlist = ["test:ask"], Violations = new ViolationsConfig { Max = 1 } } },
            new TestFilter { Act = context => context.Replace(new EnvelopeChange("admin"u8.ToArray(), null, null)) });
        var alice = Ready(gateway);

        Assert.Equal(answer, alice.Send("test", "ask", id: "1").NextEnvelope().Name);

        Assert.Equal(seen, service.Seen.Count);
        Assert.Null(alice.CloseCode);
        Assert.Equal(1, gateway.Count(counters => counters.Decided(Lane.Ext, mode == PolicyMode.Shadow, PolicyDecision.Reject, PolicyReason.NotAllowed)));
    }

    [Fact]
    public void What_is_refused_reaches_nobody_else_and_is_counted_as_the_filters()
    {
        var service = new RecordingService();
        var second = new TestFilter();
        using var gateway = Gateway(
            service,
            tenant => tenant with { Policy = tenant.Policy with { Violations = new ViolationsConfig { Max = 1 } } },
            new TestFilter { Act = context => context.Fail(ErrorCode.BadRequest, "No.") },
            second);
        var alice = Ready(gateway);

        var error = alice.Send("test", "ask", id: "1").NextEnvelope();

        Assert.Equal(("BAD_REQUEST", "1"), (error.Code, error.Id));
        Assert.Empty(service.Seen);
        Assert.Empty(second.Seen);
        Assert.Null(alice.CloseCode);
        Assert.Equal(1, gateway.Count(counters => counters.Decided(Lane.Ext, shadow: false, PolicyDecision.Reject, PolicyReason.Filter)));
    }

    [Fact]
    public void What_is_answered_is_answered_and_done()
    {
        var service = new RecordingService();
        using var gateway = Gateway(service, new TestFilter { Act = Answer7 });
        var alice = Ready(gateway);

        var first = alice.Send("test", "ask").NextEnvelope();
        var second = alice.Send("test", "ask", id: "1").Send("test", "ask", id: "1").ReadEnvelopes();

        Assert.Equal(("sys.ack", "7"), (first.Name, first.Data.GetRawText()));
        Assert.Equal(["7", "7"], second.Select(ack => ack.Data.GetRawText()));
        Assert.Empty(service.Seen);
    }

    [Fact]
    public void An_exception_is_one_internal_and_stops_the_message()
    {
        var service = new RecordingService();
        using var gateway = Gateway(service, new TestFilter { Act = _ => throw new InvalidOperationException("secret") });

        var error = Ready(gateway).Send("test", "ask", id: "1").NextEnvelope();

        Assert.Equal("INTERNAL", error.Code);
        Assert.Empty(service.Seen);
        Assert.Single(gateway.Log.TakeErrors());
    }

    [Fact]
    public void Messages_of_sys_and_Hot_frames_go_past()
    {
        var filter = new TestFilter { Act = context => context.Fail(ErrorCode.NotAllowed, "No.") };
        using var gateway = Gateway(new RecordingService(), tenant => tenant with { Policy = tenant.Policy with { HotRequiresActiveRoom = false } }, filter);
        var alice = Ready(gateway);

        Assert.Equal("sys.pong", alice.Send("sys", "ping").NextEnvelope().Name);
        alice.SendHot(new Protocol.Hot.HotFrame { SvcId = 250, Opcode = 1 });

        Assert.Single(alice.ReadHot());
        Assert.Empty(filter.Seen);
    }

    [Fact]
    public void What_no_service_takes_is_refused_before()
    {
        var filter = new TestFilter();
        using var gateway = Gateway(new RecordingService(), tenant => tenant with { Policy = tenant.Policy with { ExtAllowlist = ["nobody:*"] } }, filter);

        Assert.Equal("UNKNOWN_SERVICE", Ready(gateway).Send("nobody", "ask").NextEnvelope().Code);
        Assert.Empty(filter.Seen);
    }

    [Fact]
    public void Later_messages_wait_behind_one_that_is_out_and_keep_their_order()
    {
        var service = new RecordingService();
        var filter = new TestFilter { Defers = type => type == "slow" };
        using var gateway = Gateway(service, filter);
        var (alice, bob) = (Ready(gateway), gateway.Connect("bob"));

        alice.Send("test", "a").Send("test", "slow").Send("test", "b", "{\"x\":[1]}", "lobby", "\"i\"").Send("test", "slow").Send("test", "c");
        bob.Send("test", "bobs");
        Assert.Equal(["a  ", "bobs  "], service.Seen);
        Assert.Equal(["a  ", "slow  ", "bobs  "], filter.Seen);
        Assert.Equal(4, gateway.Count(counters => counters.Deferred));

        filter.Resume(gateway);
        Assert.Equal(["a  ", "bobs  ", "slow  ", "b lobby {\"x\":[1]}"], service.Seen);
        filter.Resume(gateway);
        Assert.Equal(["slow  ", "c  "], service.Seen.Skip(4));
        Assert.Equal(0, gateway.Count(counters => counters.Deferred));

        // And then nothing waits any more.
        alice.Send("test", "d");
        Assert.Equal("d  ", service.Seen[^1]);
    }

    [Fact]
    public void One_that_is_back_goes_on_with_the_next_filter_which_may_take_it_out_again()
    {
        var service = new RecordingService();
        var (first, second) = (new TestFilter { Defers = _ => true }, new TestFilter { Defers = type => type == "changed" });
        using var gateway = Gateway(service, first, second);
        var alice = Ready(gateway);
        alice.Send("test", "ask", "1", id: "1").Send("test", "ask", "2", id: "2");

        first.Resume(gateway, context => context.Replace(new EnvelopeChange("changed"u8.ToArray(), null, null)));
        Assert.Equal(["ask  1"], first.Seen);
        Assert.Equal(["changed  1"], second.Seen);

        second.Resume(gateway, context => context.Replace(new EnvelopeChange(null, null, "3"u8.ToArray())));
        Assert.Equal(["changed  3"], service.Seen);
        Assert.Equal(["ask  1", "ask  2"], first.Seen);

        first.Resume(gateway, context => context.Fail(ErrorCode.BadRequest, "Late."));
        Assert.Equal(["sys.ack 1", "sys.error 2"], alice.ReadEnvelopes().Select(envelope => $"{envelope.Name} {envelope.Id}"));
    }

    [Fact]
    public void An_answer_or_a_fault_that_comes_late_counts_all_the_same()
    {
        var filter = new TestFilter { Defers = _ => true };
        using var gateway = Gateway(new RecordingService(), filter);
        var alice = Ready(gateway);
        alice.Send("test", "ask", id: "1").Send("test", "ask", id: "2");

        filter.Resume(gateway, Answer7);
        filter.Resume(gateway, _ => throw new InvalidOperationException("secret"));

        var answers = alice.ReadEnvelopes();
        Assert.Equal(["1", "2"], answers.Select(answer => answer.Id));
        Assert.Equal("7", answers[0].Data.GetRawText());
        Assert.Equal("INTERNAL", answers[1].Code);
        Assert.Single(gateway.Log.TakeErrors());
    }

    [Fact]
    public void A_filter_that_fails_after_it_took_a_message_out_has_answered()
    {
        var filter = new TestFilter { Defers = _ => true, Act = _ => throw new InvalidOperationException("secret") };
        using var gateway = Gateway(new RecordingService(), filter);
        var alice = Ready(gateway);

        Assert.Equal("INTERNAL", alice.Send("test", "ask", id: "1").NextEnvelope().Code);
        Assert.Equal("INTERNAL", alice.Send("test", "ask", id: "2").NextEnvelope().Code);

        Assert.Equal(0, gateway.Count(counters => counters.Deferred));
        Assert.Equal(2, gateway.Log.TakeErrors().Count);
    }

    [Fact]
    public void An_id_repeated_while_it_waits_is_answered_once()
    {
        var service = new RecordingService();
        var filter = new TestFilter { Defers = type => type == "slow" };
        using var gateway = Gateway(service, filter);
        var alice = Ready(gateway);

        alice.Send("test", "slow", id: "1").Send("test", "ask", id: "2").Send("test", "ask", id: "2").Send("test", "slow", id: "1");
        filter.Resume(gateway);

        Assert.Equal(["1", "2"], alice.ReadEnvelopes().Select(envelope => envelope.Id));
        Assert.Equal(2, service.Seen.Count);
    }

    [Fact]
    public void One_more_than_64_that_wait_is_refused()
    {
        var service = new RecordingService();
        var filter = new TestFilter { Defers = type => type == "slow" };
        using var gateway = Gateway(service, filter);
        var alice = Ready(gateway);
        alice.Send("test", "slow");
        for (var i = 1; i < DeferredMessages.Max; i++)
        {
            alice.Send("test", "ask", id: $"{i}");
        }

        Assert.Empty(alice.ReadAll());
        Assert.Equal("RESOURCE_EXHAUSTED", alice.Send("test", "ask", id: "64").NextEnvelope().Code);

        filter.Resume(gateway);
        Assert.Equal(DeferredMessages.Max, service.Seen.Count);
        Assert.Equal(0, gateway.Count(counters => counters.Deferred));
    }

    [Fact]
    public void What_waits_goes_with_its_session()
    {
        var service = new RecordingService();
        var filter = new TestFilter { Defers = type => type == "slow" };
        using var gateway = Gateway(service, filter);

        Ready(gateway).Send("test", "slow").Send("test", "ask").Send("test", "ask").Vanish();
        filter.Resume(gateway);

        Assert.Empty(service.Seen);
        Assert.Equal(0, gateway.Count(counters => counters.Deferred));
    }

    [Fact]
    public void The_rate_is_taken_once()
    {
        var filter = new TestFilter { Defers = type => type == "slow" };
        using var gateway = Gateway(
            new RecordingService(), tenant => tenant with { Policy = tenant.Policy with { RateLimitRps = 1, RateLimitBurst = 3 } }, filter);
        var alice = Ready(gateway);

        alice.Send("test", "slow", id: "1").Send("test", "ask", id: "2");
        filter.Resume(gateway);

        Assert.Equal("sys.ack", alice.Send("test", "ask", id: "3").ReadEnvelopes()[^1].Name);
        Assert.Equal("RATE_LIMITED", alice.Send("test", "ask", id: "4").NextEnvelope().Code);
        Assert.Equal(3, gateway.Count(counters => counters.Decided(Lane.Ext, shadow: false, PolicyDecision.Pass, PolicyReason.Allowlist)));
    }

    [Fact]
    public void What_waits_over_a_reload_goes_through_the_filters_that_are_in_force_then()
    {
        var service = new RecordingService();
        var (old, now) = (new TestFilter { Defers = type => type == "slow" }, new TestFilter());
        var services = new Filters(old);
        using var gateway = new TestGateway(ext: [service], backends: (_, _) => services);
        var alice = Ready(gateway);
        alice.Send("test", "slow").Send("test", "a");

        services.List = [now];
        gateway.ReloadTenant(tenant => tenant with { Limits = new LimitsConfig { MaxFrameBytes = 5_000 } });
        alice.Send("test", "b");
        Assert.Empty(service.Seen);

        old.Resume(gateway);
        Assert.Equal(["slow  ", "a  ", "b  "], service.Seen);
        Assert.Equal(["slow  "], old.Seen);
        Assert.Equal(["a  ", "b  "], now.Seen);
    }

    [Fact]
    public void A_service_that_keeps_order_gets_a_sessions_messages_one_by_one()
    {
        var service = new RecordingService { Defers = type => type == "slow" };
        using var gateway = Gateway(service);
        var (alice, bob) = (Ready(gateway), gateway.Connect("bob"));

        alice.Send("test", "slow", id: "1").Send("test", "a", id: "2").Send("sys", "ping").Send("test", "slow", id: "3").Send("test", "b", id: "4");
        bob.Send("test", "bobs");
        Assert.Equal(["slow  ", "bobs  "], service.Seen);
        Assert.Equal("sys.pong", alice.NextEnvelope().Name);

        service.Resume(gateway, context => context.SetState("7"u8));
        Assert.Equal(["slow  ", "bobs  ", "a  7", "slow  7"], service.Seen);
        service.Resume(gateway, _ => { });
        Assert.Equal(["1", "2", "3", "4"], alice.ReadEnvelopes().Select(envelope => envelope.Id));
        Assert.Equal(0, gateway.Count(counters => counters.Deferred));
    }

    [Fact]
    public void What_waits_for_a_service_that_is_gone_by_then_is_refused()
    {
        var service = new RecordingService { Defers = type => type == "slow" };
        var services = new Filters { Ext = [service] };
        using var gateway = new TestGateway(backends: (_, _) => services);
        var alice = Ready(gateway);
        alice.Send("test", "slow", id: "1").Send("test", "a", id: "2");

        services.Ext = [];
        gateway.ReloadTenant(tenant => tenant with { Limits = new LimitsConfig { MaxFrameBytes = 5_000 } });
        service.Resume(gateway, _ => { });

        Assert.Equal(["sys.ack 1", "sys.error 2"], alice.ReadEnvelopes().Select(envelope => $"{envelope.Name} {envelope.Id}"));
    }

    [Fact]
    public void A_message_that_passes_allocates_nothing()
    {
        using var gateway = Gateway(new SilentService(), new SilentFilter(), new SilentFilter());
        var alice = Ready(gateway);
        gateway.RunsAtOnce = false;
        var message = "{\"svc\":\"test\",\"type\":\"ask\",\"room\":\"lobby\",\"data\":{\"a\":1}}"u8.ToArray();
        var least = long.MaxValue;
        for (var round = 0; round < 10; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1_000; i++)
            {
                alice.Session.OnText(message);
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }

    private static void Answer7(IFilterContext context)
    {
        context.BeginData().WriteNumberValue(7);
        context.Answer();
    }

    private static TestGateway Gateway(IExtService service, params IExtFilter[] filters) => Gateway(service, same => same, filters);

    private static TestGateway Gateway(IExtService service, Func<TenantConfig, TenantConfig> tenant, params IExtFilter[] filters) =>
        new(ext: [service], tenant: tenant, backends: (_, _) => new Filters(filters), logLevel: Microsoft.Extensions.Logging.LogLevel.Information);

    private static TestClient Ready(TestGateway gateway)
    {
        var client = gateway.Connect("alice");
        client.ReadAll();
        return client;
    }

    private sealed class Filters(params IExtFilter[] filters) : ITenantServiceFactory
    {
        public IReadOnlyList<IExtFilter> List { get; set; } = filters;

        public IReadOnlyList<IExtService> Ext { get; set; } = [];

        public IReadOnlyList<IExtService> CreateExt(TenantConfig tenant) => Ext;

        public IReadOnlyList<IHotService> CreateHot(TenantConfig tenant) => [];

        public IReadOnlyList<IExtFilter> CreateFilters(TenantConfig tenant) => List;
    }

    private sealed class TestFilter : IExtFilter
    {
        private readonly ConcurrentQueue<IDeferredMessage> _out = new();

        public string Name => "test";

        public List<string> Seen { get; } = [];

        public Action<IFilterContext> Act { get; init; } = _ => { };

        public Func<string, bool> Defers { get; init; } = _ => false;

        public void OnMessage(in Envelope message, IFilterContext context)
        {
            Seen.Add($"{Encoding.UTF8.GetString(message.Type)} {Encoding.UTF8.GetString(message.Room)} {Encoding.UTF8.GetString(message.Data)}");
            if (Defers(Encoding.UTF8.GetString(message.Type)))
            {
                _out.Enqueue(context.Defer()!);
            }

            Act(context);
        }

        public void Resume(TestGateway gateway, Action<IFilterContext>? act = null)
        {
            Assert.True(_out.TryDequeue(out var message));
            Assert.True(message.Resume(context => act?.Invoke((IFilterContext)context)));
            gateway.RunUntilIdle();
        }
    }

    private sealed class RecordingService : IOrderedExtService
    {
        private readonly ConcurrentQueue<IDeferredMessage> _out = new();

        public string Name => "test";

        public List<string> Seen { get; } = [];

        public Func<string, bool> Defers { get; init; } = _ => false;

        public void OnMessage(in ExtMessage message, IExtContext context)
        {
            Seen.Add($"{Encoding.UTF8.GetString(message.Type)} {Encoding.UTF8.GetString(message.Room)} {Encoding.UTF8.GetString(message.Data)}{Encoding.UTF8.GetString(context.Session.State)}");
            if (Defers(Encoding.UTF8.GetString(message.Type)))
            {
                _out.Enqueue(context.Defer()!);
            }
        }

        public void Resume(TestGateway gateway, Action<IExtContext> act)
        {
            Assert.True(_out.TryDequeue(out var message));
            Assert.True(message.Resume(act));
            gateway.RunUntilIdle();
        }
    }

    private sealed class SilentService : IExtService
    {
        public string Name => "test";

        public void OnMessage(in ExtMessage message, IExtContext context)
        {
        }
    }

    private sealed class SilentFilter : IExtFilter
    {
        public string Name => "silent";

        public void OnMessage(in Envelope message, IFilterContext context)
        {
        }
    }
}
