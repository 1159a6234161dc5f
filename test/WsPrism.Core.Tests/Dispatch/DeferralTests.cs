using System.Text;
using WsPrism.Core.Policies;
using WsPrism.Core.Sessions;
using WsPrism.Protocol;
using WsPrism.Services;
using WsPrism.Testing;

namespace WsPrism.Core.Tests.Dispatch;

public sealed class DeferralTests
{
    [Fact]
    public void Nothing_is_answered_until_the_message_is_resumed()
    {
        var service = new DeferringService();
        using var gateway = new TestGateway(ext: [service]);
        var alice = Ready(gateway);

        alice.Send("test", "ask", id: "1");

        Assert.Empty(alice.ReadAll());
        Assert.Equal(1, gateway.Count(counters => counters.Deferred));

        Resume(gateway, service.Take(), context =>
        {
            context.BeginData().WriteNumberValue(7);
            context.Answer();
        });

        var ack = alice.NextEnvelope();
        Assert.Equal(("sys.ack", "1", "7"), (ack.Name, ack.Id, ack.Data.GetRawText()));
        Assert.Equal(0, gateway.Count(counters => counters.Deferred));
    }

    [Fact]
    public void A_resumed_message_can_do_what_any_can()
    {
        var service = new DeferringService();
        using var gateway = new TestGateway(ext: [service], shards: 2);
        var bob = gateway.ConnectTo("lobby", "bob");
        var alice = Ready(gateway);
        alice.Send("test", "ask");

        Resume(gateway, service.Take(), context =>
        {
            context.Join("lobby"u8, activate: true);
            context.BeginData().WriteStringValue("hello");
            context.Publish(context.ActiveRoom!, "news"u8);
        });

        Assert.Equal(["sys.joined", "test.news"], alice.ReadEnvelopes().Select(envelope => envelope.Name));
        Assert.Equal("test.news", bob.NextEnvelope().Name);
    }

    [Fact]
    public void A_resumed_message_can_be_refused()
    {
        var service = new DeferringService();
        using var gateway = new TestGateway(ext: [service]);
        var alice = Ready(gateway);
        alice.Send("test", "ask", id: "1");

        Resume(gateway, service.Take(), context => context.Fail(ErrorCode.Timeout, "Too late."));

        Assert.Equal("TIMEOUT", alice.NextEnvelope().Code);
    }

    [Fact]
    public void A_fault_in_a_resumed_message_is_one_internal_and_ends_nothing()
    {
        var service = new DeferringService();
        using var gateway = new TestGateway(ext: [service]);
        var alice = Ready(gateway);
        alice.Send("test", "ask", id: "1");

        Resume(gateway, service.Take(), _ => throw new InvalidOperationException("secret"));

        Assert.Equal("INTERNAL", alice.NextEnvelope().Code);
        Assert.Equal("sys.pong", alice.Send("sys", "ping").NextEnvelope().Name);
        Assert.Single(gateway.Log.TakeErrors());
    }

    [Fact]
    public void Later_messages_do_not_wait()
    {
        var service = new DeferringService();
        using var gateway = new TestGateway(ext: [service]);
        var alice = Ready(gateway);

        alice.Send("test", "ask", id: "1").Send("sys", "ping", id: "2");

        Assert.Equal(["sys.pong", "sys.ack"], alice.ReadEnvelopes().Select(envelope => envelope.Name));
        Resume(gateway, service.Take(), _ => { });
        Assert.Equal("1", alice.NextEnvelope().Id);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("\"1\"")]
    public void An_id_repeated_in_flight_is_not_acted_on_and_answered_once(string id)
    {
        var service = new DeferringService();
        using var gateway = new TestGateway(ext: [service]);
        var alice = Ready(gateway);

        alice.Send("test", "ask", id: id).Send("test", "ask", id: id);
        Assert.Equal(1, gateway.Count(counters => counters.Decided(Lane.Ext, shadow: false, PolicyDecision.Drop, PolicyReason.Repeated)));
        Resume(gateway, service.Take(), _ => { });

        Assert.Equal(0, service.Count);
        Assert.Equal(["sys.ack"], alice.ReadEnvelopes().Select(envelope => envelope.Name));

        // And once it is answered it is answered again, as any.
        alice.Send("test", "ask", id: id);
        Assert.Equal(["sys.ack"], alice.ReadEnvelopes().Select(envelope => envelope.Name));
        Assert.Equal(0, service.Count);
    }

    [Fact]
    public void A_number_and_a_text_are_different_ids_in_flight()
    {
        var service = new DeferringService();
        using var gateway = new TestGateway(ext: [service]);

        Ready(gateway).Send("test", "ask", id: "1").Send("test", "ask", id: "\"1\"");

        Assert.Equal(2, service.Count);
        ResumeAll(gateway, service);
    }

    [Fact]
    public void A_refused_id_may_be_tried_again()
    {
        var service = new DeferringService();
        using var gateway = new TestGateway(ext: [service]);
        var alice = Ready(gateway);
        alice.Send("test", "ask", id: "1");
        Resume(gateway, service.Take(), context => context.Fail(ErrorCode.ServiceUnavailable, "Down."));

        alice.Send("test", "ask", id: "1");

        Assert.Equal(1, service.Count);
        ResumeAll(gateway, service);
    }

    [Fact]
    public void An_id_that_timed_out_may_have_been_acted_on_and_is_answered_again()
    {
        var service = new DeferringService();
        using var gateway = new TestGateway(ext: [service]);
        var alice = Ready(gateway);
        alice.Send("test", "ask", id: "1");
        Resume(gateway, service.Take(), context => context.Fail(ErrorCode.Timeout, "Too late."));

        alice.Send("test", "ask", id: "1");

        Assert.Equal(["TIMEOUT", "TIMEOUT"], alice.ReadEnvelopes().Select(envelope => envelope.Code));
        Assert.Equal(0, service.Count);
    }

    [Fact]
    public void One_more_than_64_in_flight_is_refused_until_one_is_answered()
    {
        var service = new DeferringService();
        using var gateway = new TestGateway(ext: [service]);
        var alice = Ready(gateway);
        for (var i = 0; i < DeferredMessages.Max; i++)
        {
            alice.Send("test", "ask", id: $"{i}");
        }

        Assert.Empty(alice.ReadAll());
        Assert.Equal("RESOURCE_EXHAUSTED", alice.Send("test", "ask", id: "64").NextEnvelope().Code);

        Resume(gateway, service.Take(), _ => { });
        alice.ReadAll();
        alice.Send("test", "ask", id: "64");

        Assert.Empty(alice.ReadAll());
        Assert.Equal(DeferredMessages.Max, service.Count);
        ResumeAll(gateway, service);
        Assert.Equal(DeferredMessages.Max, alice.ReadEnvelopes().Count(envelope => envelope.Name == "sys.ack"));
    }

    [Fact]
    public void After_the_end_of_the_session_nothing_runs()
    {
        var service = new DeferringService();
        using var gateway = new TestGateway(ext: [service]);
        var alice = Ready(gateway);
        alice.Send("test", "ask", id: "1").Vanish();
        var ran = false;

        Resume(gateway, service.Take(), _ => ran = true);

        Assert.False(ran);
        Assert.Equal(0, gateway.Count(counters => counters.Deferred));
    }

    [Fact]
    public void Of_two_resumes_the_first_counts()
    {
        var service = new DeferringService();
        using var gateway = new TestGateway(ext: [service]);
        var alice = Ready(gateway);
        alice.Send("test", "ask", id: "1");
        var message = service.Take();

        Assert.True(message.Resume(_ => { }));
        Assert.False(message.Resume(context => context.Fail(ErrorCode.Timeout, "Too late.")));
        gateway.RunUntilIdle();

        Assert.Equal(["sys.ack"], alice.ReadEnvelopes().Select(envelope => envelope.Name));
    }

    [Fact]
    public void A_service_that_fails_after_it_deferred_has_answered()
    {
        var service = new DeferringService { Throws = true };
        using var gateway = new TestGateway(ext: [service]);
        var alice = Ready(gateway);

        alice.Send("test", "ask", id: "1");

        Assert.Equal("INTERNAL", alice.NextEnvelope().Code);
        Assert.False(service.Take().Resume(_ => { }));
        Assert.Equal(0, gateway.Count(counters => counters.Deferred));
        Assert.Single(gateway.Log.TakeErrors());
    }

    [Fact]
    public async Task Any_thread_may_resume()
    {
        var service = new DeferringService();
        using var gateway = new TestGateway(ext: [service], shards: 2);
        var clients = Enumerable.Range(0, 10).Select(i => gateway.Connect($"user-{i}")).ToArray();
        for (var i = 0; i < 200; i++)
        {
            clients[i % 10].Send("test", "ask", id: $"{i}");
        }

        await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Task.Run(() => service.Take().Resume(_ => { }))));
        gateway.RunUntilIdle();

        Assert.Equal(200, clients.Sum(client => client.Envelopes.Count(envelope => envelope.Name == "sys.ack")));
    }

    [Fact]
    public void The_wait_counts_as_the_services_time()
    {
        var service = new DeferringService();
        using var gateway = new TestGateway(ext: [service]);
        Ready(gateway).Send("test", "ask");

        gateway.Advance(250);
        Resume(gateway, service.Take(), _ => { });

        var index = Metrics.ServiceNames.IndexOf("ext:test");
        Assert.InRange(gateway.Tenant.Shards[0].Counters.Service(index)!.SumNs, 250_000_000, 300_000_000);
    }

    [Fact]
    public void The_state_is_kept_at_the_session_up_to_its_bound()
    {
        var service = new DeferringService();
        using var gateway = new TestGateway(ext: [service]);
        var alice = Ready(gateway);
        var longest = Encoding.UTF8.GetBytes($"\"{new string('x', Session.MaxStateBytes - 2)}\"");
        var results = new List<bool>();
        alice.Send("test", "ask").Send("test", "ask");

        Resume(gateway, service.Take(), context =>
        {
            results.Add(context.SetState(longest));
            results.Add(context.SetState([.. longest, (byte)' ']));
        });

        Assert.Equal([true, false], results);
        Assert.Equal(longest, alice.Session.State.ToArray());
        Resume(gateway, service.Take(), context => context.SetState(default));
        Assert.True(alice.Session.State.IsEmpty);
    }

    private static TestClient Ready(TestGateway gateway)
    {
        var client = gateway.Connect("alice");
        client.ReadAll();
        return client;
    }

    private static void Resume(TestGateway gateway, IDeferredMessage message, Action<IExtContext> act)
    {
        Assert.True(message.Resume(act));
        gateway.RunUntilIdle();
    }

    private static void ResumeAll(TestGateway gateway, DeferringService service)
    {
        while (service.Count > 0)
        {
            Resume(gateway, service.Take(), _ => { });
        }
    }

    private sealed class DeferringService : IExtService
    {
        private readonly System.Collections.Concurrent.ConcurrentQueue<IDeferredMessage> _waiting = new();

        public string Name => "test";

        public bool Throws { get; init; }

        public int Count => _waiting.Count;

        public IDeferredMessage Take() => _waiting.TryDequeue(out var message) ? message : throw new InvalidOperationException("Nothing waits.");

        public void OnMessage(in ExtMessage message, IExtContext context)
        {
            if (context.Defer() is { } deferred)
            {
                _waiting.Enqueue(deferred);
            }

            if (Throws)
            {
                throw new InvalidOperationException("secret");
            }
        }
    }
}
