using WsPrism.Core.Configuration;
using WsPrism.Core.Delivery;
using WsPrism.Core.Tests.Delivery;
using WsPrism.Protocol.Hot;
using WsPrism.Testing;

namespace WsPrism.Core.Tests.Market;

public sealed class SubscriptionTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void A_subscriber_gets_the_answer_the_last_values_and_every_update(int shards)
    {
        using var gateway = MarketBed.Gateway(shards);
        var feed = gateway.Publisher();
        feed.Publish(7, "old").Publish(7, "10").Publish(7, "trade", opcode: 2, HotFlags.Reliable).Publish(8, "20");
        var alice = gateway.Viewer();

        alice.Subscribe("7, 8, 9, 7");

        Assert.Equal(["sys.ack 1 {\"keys\":3,\"empty\":[9],\"stale\":[]}", "7.2#3=trade", "7.1#2=10", "8.1#1=20"], Sorted(alice.Story()));
        feed.Publish(9, "30").Publish(7, "11").Publish(6, "not wanted").Publish(7, "12");
        Assert.Equal(["7.1#4=11", "7.1#5=12", "9.1#1=30"], Sorted(alice.Story()));
        Assert.Empty(feed.Story());
        Frames.AssertBalanced(gateway.Ledger());
    }

    [Fact]
    public void An_update_has_its_number_and_its_instrument_and_nothing_else_that_the_publisher_said()
    {
        using var gateway = MarketBed.Gateway();
        var (feed, alice) = (gateway.Publisher().Join("lobby"), gateway.Viewer().Subscribe("7"));
        alice.ReadAll();

        feed.SendHot(MarketBed.Frame(7, [1, 2], flags: HotFlags.Seq | HotFlags.Reliable | HotFlags.Ack) with { Seq = 1_000 });

        var update = alice.NextHot();
        Assert.Equal((HotFlags.Seq | HotFlags.Key | HotFlags.Reliable, 1u, 7u, 0u, 0u), (update.Flags, update.Seq, update.Key, update.Sender, update.Room));
        Assert.Equal([1, 2], update.Payload);
        Assert.Equal((HotFlags.Seq | HotFlags.Ack, 1_000u), (feed.ReadHot()[^1].Flags, feed.HotFrames.Last().Seq));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Several_subscribers_on_all_shards_get_the_same(int shards)
    {
        using var gateway = MarketBed.Gateway(shards);
        var feed = gateway.Publisher();
        var viewers = Enumerable.Range(0, 7).Select(i => gateway.Viewer($"v{i}").Subscribe("1,2")).ToArray();
        Assert.All(viewers, viewer => viewer.ReadAll());

        feed.Publish(1, "a").Publish(2, "b").Publish(1, "c");

        Assert.All(viewers, viewer => Assert.Equal(["1.1#1=a", "1.1#2=c", "2.1#1=b"], Sorted(viewer.Story())));
        Assert.Equal(14, gateway.Tenant.Market.Subscribed.Sum(shard => shard.Subscriptions));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Who_unsubscribes_gets_nothing_more(int shards)
    {
        using var gateway = MarketBed.Gateway(shards);
        var feed = gateway.Publisher();
        var alice = gateway.Viewer().Subscribe("1,2,3");
        alice.ReadAll();

        alice.Unsubscribe("1,3,99");
        feed.Publish(1, "a").Publish(2, "b").Publish(3, "c");

        Assert.Equal(["sys.ack 2 {\"keys\":1}", "2.1#1=b"], alice.Story());
        alice.Unsubscribe("2", id: "3");
        Assert.Equal(0, gateway.Tenant.Market.Subscribed.Sum(shard => shard.Subscriptions + shard.Count));
    }

    [Fact]
    public void What_waits_for_a_slow_client_goes_with_its_subscription()
    {
        using var gateway = MarketBed.Gateway(2);
        var feed = gateway.Publisher();
        var alice = gateway.Viewer().Subscribe("1,2");
        alice.ReadAll();
        alice.Stall();
        feed.Publish(1, "a").Publish(2, "b").Publish(1, "c");

        alice.Unsubscribe("1");
        alice.Grant();

        Assert.Equal(["sys.ack 2 {\"keys\":1}", "2.1#1=b"], alice.Story());
        Assert.Equal((1, 1), (Fated(gateway, Fate.Conflated), Fated(gateway, Fate.SessionClosed)));
        Frames.AssertBalanced(gateway.Ledger());
    }

    [Fact]
    public void A_slow_client_gets_the_latest_value_of_each_instrument_and_opcode()
    {
        using var gateway = MarketBed.Gateway(2);
        var feed = gateway.Publisher();
        var alice = gateway.Viewer().Subscribe("1,2");
        alice.ReadAll();
        alice.Stall();

        for (var i = 0; i < 10; i++)
        {
            feed.Publish(1, $"{i}").Publish(1, $"r{i}", opcode: 3).Publish(2, $"{i}").Publish(2, $"e{i}", opcode: 2, HotFlags.Reliable);
        }

        alice.Grant();

        Assert.Equal(
            [.. Enumerable.Range(0, 10).Select(i => $"2.2#{(i * 2) + 2}=e{i}"), "1.1#19=9", "1.3#20=r9", "2.1#19=9"],
            [.. alice.Story() switch { var story => story.Take(10).Concat(Sorted([.. story.Skip(10)])) }]);
        Frames.AssertBalanced(gateway.Ledger());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Messages_count_in_the_order_in_which_they_came_though_the_values_are_elsewhere(int shards)
    {
        using var gateway = MarketBed.Gateway(shards);
        gateway.Publisher().Publish(1, "a").Publish(2, "b").Publish(3, "c");
        var alice = gateway.Viewer();
        gateway.RunsAtOnce = false;

        alice.Subscribe("1,2,3", id: "1");
        alice.Unsubscribe("1,2", id: "2");
        alice.Subscribe("2", id: "3");
        alice.Unsubscribe("3", id: "4");
        gateway.RunUntilIdle();

        var story = alice.Story();
        Assert.Equal(["2.1#1=b"], story.Where(line => line.Contains('#')));
        Assert.Equal(4, story.Count(line => line.StartsWith("sys.ack", StringComparison.Ordinal)));
        Assert.Equal(1, alice.Session.Market!.Count);
    }

    [Fact]
    public void A_session_that_ends_while_its_subscription_is_under_way_leaves_nothing_behind()
    {
        using var gateway = MarketBed.Gateway(4);
        gateway.Publisher().Publish(1, "a").Publish(2, "b");
        var alice = gateway.Viewer();
        gateway.RunsAtOnce = false;

        alice.Subscribe("1,2,3,4,5,6,7,8");
        alice.Session.Shard.RunPass();
        alice.Vanish();
        gateway.RunUntilIdle();

        Assert.Equal(0, gateway.Tenant.Market.Subscribed.Sum(shard => shard.Subscriptions + shard.Count));
        Assert.Equal(2, gateway.Tenant.Market.Owned.Sum(shard => shard.Count));
        Assert.Equal(0, gateway.Count(counters => counters.Deferred));
    }

    [Fact]
    public void Subscribing_again_brings_the_value_again_in_the_form_that_was_asked_for_last()
    {
        using var gateway = MarketBed.Gateway(2);
        var feed = gateway.Publisher().Publish(1, "1");
        var alice = gateway.Viewer().Subscribe("1", ",\"max_hz\":1");
        feed.Publish(1, "2").Publish(1, "3");
        Assert.Equal(["sys.ack 1 {\"keys\":1,\"empty\":[],\"stale\":[]}", "1.1#1=1"], alice.Story());

        alice.Subscribe("1", id: "2");
        feed.Publish(1, "4");
        gateway.Advance(2_000);

        Assert.Equal(["sys.ack 2 {\"keys\":1,\"empty\":[],\"stale\":[]}", "1.1#3=3", "1.1#4=4"], alice.Story());
        alice.Subscribe("1", ",\"format\":\"json\"", id: "3");
        gateway.Advance(200);
        Assert.Equal(["sys.ack 3 {\"keys\":1,\"empty\":[],\"stale\":[]}", "market.update {\"values\":[{\"key\":1,\"op\":1,\"seq\":4,\"data\":4}]}"], alice.Story());
        Frames.AssertBalanced(gateway.Ledger());
    }

    [Fact]
    public void One_value_comes_as_often_as_its_subscriber_asked_for_and_in_the_end_the_latest()
    {
        using var gateway = MarketBed.Gateway(2);
        var feed = gateway.Publisher();
        var (slow, fast) = (gateway.Viewer("slow").Subscribe("1,2", ",\"max_hz\":10"), gateway.Viewer("fast").Subscribe("1,2"));
        slow.ReadAll();

        for (var i = 0; i < 100; i++)
        {
            feed.Publish(1, $"{i}").Publish(2, $"{i}");
            gateway.Advance(10);
        }

        gateway.Advance(200);
        Assert.InRange(slow.Received.Count(frame => frame.Kind == FrameKind.Binary && frame.ToHot().Key == 1), 10, 12);
        Assert.Equal(200, fast.HotFrames.Count());
        Assert.Equal("99"u8.ToArray(), slow.HotFrames.Last(frame => frame.Key == 1).Payload);
        Assert.Equal("99"u8.ToArray(), slow.HotFrames.Last(frame => frame.Key == 2).Payload);
        Frames.AssertBalanced(gateway.Ledger());
    }

    [Fact]
    public void A_client_over_its_rate_may_always_unsubscribe()
    {
        using var gateway = MarketBed.Gateway(tenant: tenant => tenant with { Policy = tenant.Policy with { RateLimitRps = 1, RateLimitBurst = 1 } });
        var alice = gateway.Viewer().Subscribe("1");
        alice.ReadAll();

        alice.Subscribe("2", id: "8").Unsubscribe("1", id: "9");

        Assert.Equal(["error 8 RATE_LIMITED", "sys.ack 9 {\"keys\":0}"], alice.Story());
    }

    [Fact]
    public void Unsubscribing_needs_an_entry_of_the_allowlist_as_subscribing_does()
    {
        using var gateway = MarketBed.Gateway(tenant: tenant => tenant with { Policy = tenant.Policy with { ExtAllowlist = ["market:subscribe"] } });
        var alice = gateway.Viewer().Subscribe("1").Unsubscribe("1");

        Assert.Equal(["sys.ack 1 {\"keys\":1,\"empty\":[1],\"stale\":[]}", "error 2 NOT_ALLOWED"], alice.Story());
    }

    [Theory]
    [InlineData("subscribe", "null")]
    [InlineData("subscribe", "{}")]
    [InlineData("subscribe", "{\"keys\":[]}")]
    [InlineData("subscribe", "{\"keys\":7}")]
    [InlineData("subscribe", "{\"keys\":[\"7\"]}")]
    [InlineData("subscribe", "{\"keys\":[[7]]}")]
    [InlineData("subscribe", "{\"keys\":[-1]}")]
    [InlineData("subscribe", "{\"keys\":[1.5]}")]
    [InlineData("subscribe", "{\"keys\":[4294967296]}")]
    [InlineData("subscribe", "{\"keys\":[1],\"max_hz\":0.09}")]
    [InlineData("subscribe", "{\"keys\":[1],\"max_hz\":\"1\"}")]
    [InlineData("subscribe", "{\"keys\":[1],\"format\":\"xml\"}")]
    [InlineData("subscribe", "{\"keys\":[1],\"format\":null}")]
    [InlineData("unsubscribe", "{\"keys\":[]}")]
    [InlineData("unsubscribe", "[1]")]
    [InlineData("publish", "{\"keys\":[1]}")]
    public void What_is_no_request_is_refused(string type, string data)
    {
        using var gateway = MarketBed.Gateway();
        var alice = gateway.Viewer().Send("market", type, data, id: "1");

        Assert.Equal(["error 1 BAD_REQUEST"], alice.Story());
        Assert.Equal(0, alice.Session.Market?.Count ?? 0);
    }

    [Fact]
    public void The_numbers_of_instruments_go_from_0_to_the_largest()
    {
        using var gateway = MarketBed.Gateway(3);
        var feed = gateway.Publisher().Publish(0, "a").Publish(uint.MaxValue, "b");
        var alice = gateway.Viewer().Subscribe("0, 4294967295", ",\"max_hz\":0.1");

        Assert.Equal(["sys.ack 1 {\"keys\":2,\"empty\":[],\"stale\":[]}", "0.1#1=a", "4294967295.1#1=b"], Sorted(alice.Story()));
        Assert.Empty(feed.Story());
    }

    [Fact]
    public void A_session_may_be_subscribed_to_so_many_instruments_and_no_more()
    {
        using var gateway = MarketBed.Gateway(2, market => market with { MaxKeysPerSession = 3 });
        var alice = gateway.Viewer().Subscribe("1,2,3").Subscribe("3,4", id: "2").Subscribe("1,1,2,3", id: "3").Unsubscribe("1", id: "4").Subscribe("4", id: "5");

        Assert.Equal(
            ["sys.ack 1 {\"keys\":3,\"empty\":[1,2,3],\"stale\":[]}", "error 2 RESOURCE_EXHAUSTED", "sys.ack 3 {\"keys\":3,\"empty\":[1,2,3],\"stale\":[]}", "sys.ack 4 {\"keys\":2}", "sys.ack 5 {\"keys\":3,\"empty\":[4],\"stale\":[]}"],
            alice.Story());
    }

    [Fact]
    public void No_session_has_more_instruments_than_its_queue_has_places()
    {
        using var gateway = MarketBed.Gateway(tenant: tenant => tenant with { Limits = new LimitsConfig { Outbound = new OutboundConfig { HotMaxKeys = 2 } } });
        var alice = gateway.Viewer().Subscribe("1,2").Subscribe("3", id: "2");

        Assert.Equal(["sys.ack 1 {\"keys\":2,\"empty\":[1,2],\"stale\":[]}", "error 2 RESOURCE_EXHAUSTED"], alice.Story());
    }

    [Fact]
    public void Values_that_may_have_been_lost_on_the_way_can_be_sent_again()
    {
        using var gateway = MarketBed.Gateway(2);
        gateway.Publisher().Publish(1, "a").Publish(2, "b");
        var alice = gateway.Viewer().Subscribe("1");
        alice.Subscribe("2", ",\"format\":\"json\"");
        gateway.Advance(100);
        alice.ReadAll();

        alice.Session.Shard.Post(() => alice.Session.Market!.SendAgain());
        gateway.RunUntilIdle();

        Assert.Equal(["1.1#1=a"], alice.Story());
    }

    // Instruments have an order each; between them there is none where they have several owners.
    private static string[] Sorted(string[] story) =>
        [.. story.TakeWhile(line => line.StartsWith("sys.", StringComparison.Ordinal)), .. story.SkipWhile(line => line.StartsWith("sys.", StringComparison.Ordinal)).OrderBy(line => line[0])];

    private static long Fated(TestGateway gateway, Fate fate) => gateway.Ledger().Count(DeliveryClass.HotLossy, fate);
}
