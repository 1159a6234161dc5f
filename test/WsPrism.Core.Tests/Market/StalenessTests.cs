using WsPrism.Testing;

namespace WsPrism.Core.Tests.Market;

public sealed class StalenessTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void What_a_publisher_leaves_behind_is_stale_until_somebody_publishes_it_again(int shards)
    {
        using var gateway = MarketBed.Gateway(shards);
        var (feed, other) = (gateway.Publisher(), gateway.Publisher("other"));
        var alice = gateway.Viewer().Subscribe("1,2,3,4");
        feed.Publish(1, "a").Publish(2, "b").Publish(3, "c");
        other.Publish(4, "d").Publish(3, "e");
        alice.ReadAll();

        feed.Vanish();
        gateway.Advance(5);

        Assert.Equal([1, 2], Keys(alice, "market.stale"));
        Assert.Equal(2, gateway.Tenant.Market.Owned.Sum(owner => owner.StaleCount));
        var bob = gateway.Viewer("bob").Subscribe("1,4");
        Assert.Equal("sys.ack 1 {\"keys\":2,\"empty\":[],\"stale\":[1]}", bob.Story()[0]);

        other.Publish(1, "f");
        gateway.Advance(200);
        Assert.Equal([1], Keys(alice, "market.live"));
        Assert.Equal(["1.1#2=f", "market.live {\"keys\":[1]}"], bob.Story());
        Assert.Equal(1, gateway.Tenant.Market.Owned.Sum(owner => owner.StaleCount));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void What_is_not_updated_in_time_is_stale(int shards)
    {
        using var gateway = MarketBed.Gateway(shards, market => market with { StaleAfterMs = 1_000 });
        var feed = gateway.Publisher().Publish(1, "a").Publish(2, "b");
        var alice = gateway.Viewer().Subscribe("1,2");
        alice.ReadAll();

        gateway.Advance(900);
        feed.Publish(2, "c");
        gateway.Advance(90);
        Assert.Equal(["2.1#2=c"], alice.Story());
        gateway.Advance(60);
        Assert.Equal(["market.stale {\"keys\":[1]}"], alice.Story());
        gateway.Advance(2_000);
        Assert.Equal(["market.stale {\"keys\":[2]}"], alice.Story());
        feed.Publish(2, "d");
        gateway.Advance(200);
        Assert.Equal(["2.1#3=d", "market.live {\"keys\":[2]}"], alice.Story());
    }

    [Fact]
    public void What_the_backend_publishes_is_stale_by_time_alone()
    {
        using var gateway = MarketBed.Gateway(2, market => market with { StaleAfterMs = 1_000 });
        var feed = gateway.Publisher().Publish(1, "a");
        var alice = gateway.Viewer().Subscribe("1");
        gateway.Tenant.Market.Post(MarketBed.Frame(1, [65]));
        gateway.RunUntilIdle();
        alice.ReadAll();

        feed.Vanish();
        gateway.Advance(500);
        Assert.Empty(alice.Story());
        gateway.Advance(600);
        Assert.Equal(["market.stale {\"keys\":[1]}"], alice.Story());
    }

    [Fact]
    public void Marks_that_come_together_are_told_together_and_no_more_often_than_text_max_hz()
    {
        using var gateway = MarketBed.Gateway(4, market => market with { TextMaxHz = 2 });
        var alice = gateway.Viewer().Subscribe(string.Join(',', Enumerable.Range(0, 100)));
        for (var round = 0; round < 10; round++)
        {
            var feed = gateway.Publisher($"feed{round}");
            for (var key = 0u; key < 100; key++)
            {
                feed.Publish(key, "x");
            }

            alice.ReadAll();
            feed.Vanish();
            gateway.Advance(100);
            Assert.InRange(alice.ReadEnvelopes().Count, 0, 1);
        }

        gateway.Advance(1_000);
        Assert.Equal(100, gateway.Tenant.Market.Owned.Sum(owner => owner.StaleCount));
        Assert.Equal("market.stale", alice.Envelopes.Last().Name);
        Assert.Equal(100, alice.Envelopes.Last().Data.GetProperty("keys").GetArrayLength());
    }

    [Fact]
    public void A_mark_that_is_over_before_it_could_be_told_is_not_told()
    {
        using var gateway = MarketBed.Gateway(2);
        var (feed, other) = (gateway.Publisher(), gateway.Publisher("other"));
        var alice = gateway.Viewer().Subscribe("1");
        feed.Publish(1, "a");
        alice.ReadAll();
        alice.Stall();
        feed.Publish(1, "waits");

        feed.Vanish();
        gateway.Advance(500);
        other.Publish(1, "b");
        gateway.Advance(500);
        alice.Grant();
        gateway.Advance(500);

        Assert.Equal(["1.1#3=b"], alice.Story());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_reload_of_the_time_is_for_what_is_there_already(int shards)
    {
        using var gateway = MarketBed.Gateway(shards);
        gateway.Publisher().Publish(1, "a");
        var alice = gateway.Viewer().Subscribe("1");
        alice.ReadAll();
        gateway.Advance(5_000);

        gateway.ReloadTenant(tenant => tenant with { Market = tenant.Market with { StaleAfterMs = 6_000 } });
        gateway.Advance(900);
        Assert.Empty(alice.Story());
        gateway.Advance(200);
        Assert.Equal(["market.stale {\"keys\":[1]}"], alice.Story());
    }

    [Fact]
    public void What_has_no_value_is_never_stale()
    {
        using var gateway = MarketBed.Gateway(market: market => market with { StaleAfterMs = 100 });
        var feed = gateway.Publisher().Publish(1, "a").Publish(1, "");
        var alice = gateway.Viewer().Subscribe("1,2");
        alice.ReadAll();

        gateway.Advance(300);
        feed.Vanish();
        gateway.Advance(300);

        Assert.Empty(alice.Story());
        Assert.Equal(0, gateway.Tenant.Market.Owned.Sum(owner => owner.StaleCount));
    }

    private static IEnumerable<int> Keys(TestClient client, string name) => client.ReadEnvelopes().Where(envelope => envelope.Name == name)
        .SelectMany(envelope => envelope.Data.GetProperty("keys").EnumerateArray().Select(key => key.GetInt32())).Order();
}
