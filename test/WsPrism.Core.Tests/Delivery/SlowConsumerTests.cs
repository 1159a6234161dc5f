using WsPrism.Core.Configuration;
using WsPrism.Core.Delivery;
using WsPrism.Core.Sessions;
using WsPrism.Protocol;
using WsPrism.Protocol.Hot;
using WsPrism.Testing;

namespace WsPrism.Core.Tests.Delivery;

public sealed class SlowConsumerTests
{
    [Fact]
    public void A_consumer_that_keeps_up_gets_each_state()
    {
        using var gateway = new TestGateway();
        var alice = gateway.ConnectTo("arena", "alice");
        var bob = gateway.ConnectTo("arena", "bob");

        gateway.RunsAtOnce = false;
        for (byte i = 0; i < 100; i++)
        {
            alice.SendHot(1, 1, i);
        }

        gateway.RunUntilIdle();

        Assert.Equal(Enumerable.Range(0, 100), bob.ReadHot().Select(frame => (int)frame.Payload[0]));
    }

    [Fact]
    public void A_slow_consumer_gets_the_latest_state_in_the_place_of_the_first()
    {
        using var gateway = new TestGateway();
        var alice = gateway.ConnectTo("arena", "alice");
        var bob = gateway.ConnectTo("arena", "bob");
        bob.Stall();

        for (byte i = 0; i < 10; i++)
        {
            alice.SendHot(1, 1, i).SendHot(1, 2, i);
        }

        bob.Grant();

        Assert.Equal([(1, 9), (2, 9)], bob.ReadHot().Select(frame => ((int)frame.Opcode, (int)frame.Payload[0])));
        Assert.Equal(18, gateway.Ledger().Count(DeliveryClass.HotLossy, Fate.Conflated));
    }

    [Fact]
    public void Two_senders_and_two_keys_are_not_states_of_the_same_thing()
    {
        using var gateway = new TestGateway();
        var alice = gateway.ConnectTo("arena", "alice");
        var carol = gateway.ConnectTo("arena", "carol");
        var bob = gateway.ConnectTo("arena", "bob");
        bob.Stall();

        alice.SendHot(1, 1, 1);
        carol.SendHot(1, 1, 2);
        alice.SendHot(new HotFrame { SvcId = 1, Opcode = 1, Flags = HotFlags.Key, Key = 5, Payload = [3] });
        carol.SendHot(new HotFrame { SvcId = 1, Opcode = 1, Flags = HotFlags.Key, Key = 5, Payload = [4] });
        alice.SendHot(new HotFrame { SvcId = 1, Opcode = 1, Flags = HotFlags.Key, Key = 6, Payload = [5] });
        bob.Grant();

        Assert.Equal([1, 2, 4, 5], bob.ReadHot().Select(frame => (int)frame.Payload[0]));
    }

    [Fact]
    public void Reliable_frames_are_neither_conflated_nor_reordered()
    {
        using var gateway = new TestGateway();
        var alice = gateway.ConnectTo("arena", "alice");
        var bob = gateway.ConnectTo("arena", "bob");
        bob.Stall();

        for (byte i = 0; i < 50; i++)
        {
            alice.SendHot(new HotFrame { SvcId = 1, Opcode = 1, Flags = HotFlags.Reliable, Payload = [i] });
        }

        bob.Grant();

        Assert.Equal(Enumerable.Range(0, 50), bob.ReadHot().Select(frame => (int)frame.Payload[0]));
    }

    [Fact]
    public void Ext_overflow_disconnects_with_4410_at_one_past_the_bound()
    {
        using var gateway = new TestGateway(tenant: Bound(messages: 5));
        var alice = gateway.ConnectTo("lobby", "alice");
        var bob = gateway.ConnectTo("lobby", "bob");
        bob.Stall();

        Say(alice, 5);
        Assert.False(bob.Session.HasEnded);
        Say(alice, 1);
        Assert.True(bob.Session.HasEnded);
        bob.Grant();

        Assert.Equal(CloseCode.SlowConsumer, bob.CloseCode);
        Assert.Equal(1, gateway.Count(counters => counters.Ended(EndReason.QueueOverflow)));
        Assert.False(alice.Session.HasEnded);
        Assert.DoesNotContain(bob.Envelopes, envelope => envelope.Name == "chat.msg");
    }

    [Fact]
    public void Drop_oldest_keeps_the_newest_and_tells_once_how_many_are_gone()
    {
        using var gateway = new TestGateway(tenant: Bound(messages: 5, SlowConsumerRule.DropOldest));
        var alice = gateway.ConnectTo("lobby", "alice");
        var bob = gateway.ConnectTo("lobby", "bob");
        bob.Stall();

        Say(alice, 12);
        bob.Grant();

        var envelopes = bob.ReadEnvelopes();
        var lagging = Assert.Single(envelopes, envelope => envelope.Name == "sys.lagging");
        Assert.Equal("""{"dropped":7,"lane":"ext"}""", lagging.Data.GetRawText());
        Assert.Equal(["7", "8", "9", "10", "11"], envelopes.Where(envelope => envelope.Name == "chat.msg").Select(envelope => envelope.String("msg")));
        Assert.False(bob.Session.HasEnded);
        Assert.Equal(7, gateway.Ledger().Count(DeliveryClass.Ext, Fate.Overflow));
    }

    [Fact]
    public void Control_overflow_disconnects_a_consumer_that_never_reads()
    {
        using var gateway = new TestGateway();
        var client = gateway.Connect("alice").Stall();

        for (var i = 0; i < OutboxLimits.ControlFrames; i++)
        {
            client.Send("sys", "ping");
        }

        Assert.False(client.Session.HasEnded);
        client.Send("sys", "ping");

        Assert.True(client.Session.HasEnded);
        Assert.Equal(1, gateway.Count(counters => counters.Ended(EndReason.QueueOverflow)));
    }

    [Fact]
    public void Leaving_a_room_with_no_place_for_the_answer_ends_the_session_in_order()
    {
        using var gateway = new TestGateway();
        var client = gateway.ConnectTo("lobby", "alice").Stall();
        for (var i = 0; i < OutboxLimits.ControlFrames; i++)
        {
            client.Send("sys", "ping");
        }

        client.Leave("lobby");

        Assert.True(client.Session.HasEnded);
        Assert.Equal(0, gateway.Tenant.Registry.RoomCount);
    }

    [Fact]
    public void Hot_reliable_overflow_disconnects_with_4410()
    {
        using var gateway = new TestGateway(tenant: tenant => tenant with { Limits = new LimitsConfig { Outbound = new OutboundConfig { HotReliableBytes = 1_024 } } });
        var alice = gateway.ConnectTo("arena", "alice");
        var bob = gateway.ConnectTo("arena", "bob");
        bob.Stall();

        for (var i = 0; i < 11; i++)
        {
            alice.SendHot(new HotFrame { SvcId = 1, Opcode = 1, Flags = HotFlags.Reliable, Payload = new byte[100] });
        }

        bob.Grant();

        Assert.Equal(CloseCode.SlowConsumer, bob.CloseCode);
    }

    [Fact]
    public void A_burst_of_envelopes_in_one_pass_is_no_overflow_for_a_consumer_that_keeps_up()
    {
        using var gateway = new TestGateway(tenant: Bound(messages: 5));
        var alice = gateway.ConnectTo("lobby", "alice");
        var bob = gateway.ConnectTo("lobby", "bob");

        gateway.RunsAtOnce = false;
        Say(alice, 40);
        gateway.RunUntilIdle();

        Assert.False(bob.Session.HasEnded);
        Assert.Equal(40, bob.ReadEnvelopes().Count);
    }

    [Fact]
    public void A_burst_of_reliable_frames_in_one_pass_is_no_overflow_for_a_consumer_that_keeps_up()
    {
        using var gateway = new TestGateway(tenant: tenant => tenant with { Limits = new LimitsConfig { Outbound = new OutboundConfig { HotReliableBytes = 1_024 } } });
        var alice = gateway.ConnectTo("arena", "alice");
        var bob = gateway.ConnectTo("arena", "bob");

        gateway.RunsAtOnce = false;
        for (var i = 0; i < 40; i++)
        {
            alice.SendHot(new HotFrame { SvcId = 1, Opcode = 1, Flags = HotFlags.Reliable, Payload = new byte[100] });
        }

        gateway.RunUntilIdle();

        Assert.Equal(40, bob.ReadHot().Count);
    }

    [Fact]
    public void A_burst_of_keys_in_one_pass_drops_nothing_for_a_consumer_that_keeps_up()
    {
        using var gateway = new TestGateway(tenant: tenant => tenant with { Limits = new LimitsConfig { Outbound = new OutboundConfig { HotMaxKeys = 4 } } });
        var alice = gateway.ConnectTo("arena", "alice");
        var bob = gateway.ConnectTo("arena", "bob");

        gateway.RunsAtOnce = false;
        for (var i = 0u; i < 40; i++)
        {
            alice.SendHot(new HotFrame { SvcId = 1, Opcode = 1, Flags = HotFlags.Key, Key = i });
        }

        gateway.RunUntilIdle();

        Assert.Equal(40, bob.ReadHot().Count);
    }

    [Fact]
    public void A_burst_of_pings_in_one_pass_is_answered_to_a_consumer_that_keeps_up()
    {
        using var gateway = new TestGateway();
        var alice = gateway.Connect("alice");
        alice.ReadAll();

        gateway.RunsAtOnce = false;
        for (var i = 0; i < 400; i++)
        {
            alice.Send("sys", "ping");
        }

        gateway.RunUntilIdle();

        Assert.Equal(400, alice.ReadEnvelopes().Count);
    }

    [Fact]
    public void A_consumer_with_a_byte_credit_is_written_to_as_it_reads()
    {
        using var gateway = new TestGateway();
        var alice = gateway.ConnectTo("lobby", "alice");
        var bob = gateway.ConnectTo("lobby", "bob").Stall();

        Say(alice, 20);
        for (var granted = 0; bob.Connection.IsCongested; granted++)
        {
            Assert.True(granted < 100);
            bob.Grant(frames: 1_000, bytes: 50);
        }

        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"{i}"), bob.ReadEnvelopes().Select(envelope => envelope.String("msg")));
    }

    private static void Say(TestClient client, int count)
    {
        for (var i = 0; i < count; i++)
        {
            client.Send("chat", "send", $$"""{"msg":"{{i}}"}""");
        }
    }

    private static Func<TenantConfig, TenantConfig> Bound(int messages, SlowConsumerRule rule = SlowConsumerRule.Disconnect) => tenant => tenant with
    {
        Limits = new LimitsConfig { Outbound = new OutboundConfig { ExtMessages = messages } },
        Policy = tenant.Policy with { SlowConsumer = rule },
    };
}
