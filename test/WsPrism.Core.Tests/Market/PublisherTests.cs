using WsPrism.Core.Configuration;
using WsPrism.Core.Market;
using WsPrism.Core.ServerApi;
using WsPrism.Core.Sessions;
using WsPrism.Core.Tests.Delivery;
using WsPrism.Protocol.Hot;
using WsPrism.Testing;

namespace WsPrism.Core.Tests.Market;

public sealed class PublisherTests
{
    [Fact]
    public void Only_who_has_the_role_may_publish()
    {
        using var gateway = MarketBed.Gateway();
        var alice = gateway.Viewer().Subscribe("1");
        var editor = gateway.TryConnect(new Identity("editor") { Roles = ["Publisher", "publishers"] })!;
        alice.ReadAll();
        editor.ReadAll();

        alice.Publish(1, "forged");
        editor.Publish(1, "forged");

        Assert.Equal(["error  NOT_ALLOWED"], alice.Story());
        Assert.Equal(["error  NOT_ALLOWED"], editor.Story());
        Assert.Equal(0, gateway.Tenant.Market.InstrumentCount);
    }

    [Fact]
    public void A_ticket_that_is_refreshed_without_the_role_takes_it_away()
    {
        using var gateway = MarketBed.Gateway(tenant: tenant => tenant with { Auth = new AuthConfig { DevTickets = new Dictionary<string, string> { ["plain"] = "feed" } } });
        var feed = gateway.Publisher().Publish(1, "a");
        feed.Send("sys", "refresh", """{"ticket":"plain"}""");

        feed.Publish(1, "b");

        Assert.Equal(["error  NOT_ALLOWED"], feed.Story().Where(line => line.StartsWith("error", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_value_needs_an_instrument()
    {
        using var gateway = MarketBed.Gateway();
        var feed = gateway.Publisher().SendHot(MarketBed.Svc, 1, 42);

        Assert.Equal(["error  BAD_REQUEST"], feed.Story());
    }

    [Fact]
    public void Where_the_tenant_wants_a_room_the_policy_refuses_a_publisher_without_one()
    {
        using var gateway = MarketBed.Gateway(tenant: tenant => tenant with { Policy = tenant.Policy with { HotRequiresActiveRoom = true } });
        var feed = gateway.Publisher().Publish(1, "a");
        Assert.Equal(["error  NOT_IN_ROOM"], feed.Story());

        feed.Join("feeds").Publish(1, "a");

        Assert.Equal(1, gateway.Tenant.Market.InstrumentCount);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_value_may_be_so_long_and_no_longer(int shards)
    {
        using var gateway = MarketBed.Gateway(shards, market => market with { MaxValueBytes = 5 });
        var feed = gateway.Publisher().Publish(1, "12345").Publish(2, "123456");

        Assert.Equal(["error  PAYLOAD_TOO_LARGE"], feed.Story());
        Assert.Equal(1, gateway.Tenant.Market.InstrumentCount);
    }

    [Fact]
    public void A_value_is_never_longer_than_an_envelope_can_bring()
    {
        using var gateway = MarketBed.Gateway(market: market => market with { TextMaxHz = 100 }, tenant: tenant => tenant with { Limits = new LimitsConfig { Outbound = new OutboundConfig { ExtBytes = 1_024 } } });
        var max = TenantMarket.MaxValueBytes(gateway.Tenant.Snapshot);
        var alice = gateway.Viewer().Subscribe("1", ",\"format\":\"json\"");
        alice.ReadAll();

        var feed = gateway.Publisher().Publish(1, new string('\u00e9', max / 2)).Publish(2, new string('x', max + 1));
        gateway.Advance(50);

        Assert.Equal(624, max);
        Assert.Equal(["error  PAYLOAD_TOO_LARGE"], feed.Story());
        Assert.InRange(alice.Received[^1].Bytes.Length, 800, 1_024);
        Assert.Equal("market.update", alice.NextEnvelope().Name);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void There_may_be_so_many_instruments_and_no_more(int shards)
    {
        using var gateway = MarketBed.Gateway(shards, market => market with { MaxInstruments = 3 });
        var feed = gateway.Publisher();
        var alice = gateway.Viewer().Subscribe("1,2,3,4");
        alice.ReadAll();

        feed.Publish(1, "a").Publish(2, "b").Publish(3, "c").Publish(4, "d").Publish(1, "e");

        Assert.Equal(["error  RESOURCE_EXHAUSTED"], feed.Story());
        Assert.Equal(4, alice.ReadHot().Count);
        Assert.Equal((3, 1, 4), (gateway.Tenant.Market.InstrumentCount, gateway.Tenant.Market.Owned.Sum(owner => owner.Refused), gateway.Tenant.Market.Owned.Sum(owner => owner.Updates)));

        feed.Publish(2, "").Publish(4, "d");
        Assert.Empty(feed.Story());
        Assert.Equal(3, gateway.Tenant.Market.InstrumentCount);
    }

    [Fact]
    public void An_instrument_may_have_values_of_so_many_opcodes_and_no_more()
    {
        using var gateway = MarketBed.Gateway();
        var feed = gateway.Publisher();
        for (byte opcode = 1; opcode <= LastValues.MaxOpcodes + 1; opcode++)
        {
            feed.Publish(1, $"v{opcode}", opcode);
        }

        Assert.Equal(["error  RESOURCE_EXHAUSTED"], feed.Story());
        feed.Publish(1, "", opcode: 3).Publish(1, "v9", opcode: 9);
        Assert.Empty(feed.Story());
        Assert.Equal(["1.1#1=v1", "1.2#2=v2", "1.9#10=v9", "1.4#4=v4", "1.5#5=v5", "1.6#6=v6", "1.7#7=v7", "1.8#8=v8"], gateway.Viewer().Subscribe("1").Story().Skip(1));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void An_empty_value_takes_the_one_before_away(int shards)
    {
        using var gateway = MarketBed.Gateway(shards);
        var feed = gateway.Publisher().Publish(1, "a").Publish(1, "b", opcode: 2).Publish(1, "");
        var alice = gateway.Viewer().Subscribe("1");
        Assert.Equal(["sys.ack 1 {\"keys\":1,\"empty\":[],\"stale\":[]}", "1.2#2=b"], alice.Story());

        feed.Publish(1, "", opcode: 2);

        Assert.Equal(["1.2#4="], alice.Story());
        Assert.Equal(0, gateway.Tenant.Market.InstrumentCount);
        Assert.Equal(["sys.ack 1 {\"keys\":1,\"empty\":[1],\"stale\":[]}"], gateway.Viewer("bob").Subscribe("1").Story());

        // While somebody is subscribed the numbers go on; when nobody is there is nothing left.
        feed.Publish(1, "c");
        Assert.Equal(["1.1#5=c"], alice.Story());
        feed.Publish(1, "").Publish(2, "");
        gateway.Clients.Where(client => client != feed).ToList().ForEach(client => client.Vanish());
        Assert.Equal(0, gateway.Tenant.Market.Owned.Sum(owner => owner.Count));
        Assert.Empty(feed.Story());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task The_backend_publishes_to_everybody_who_is_subscribed(int shards)
    {
        using var gateway = MarketBed.Gateway(shards);
        var viewers = Enumerable.Range(0, 6).Select(i => gateway.Viewer($"v{i}").Subscribe(i < 4 ? "1" : "2", i == 0 ? ",\"format\":\"json\"" : "")).ToArray();
        Assert.All(viewers, viewer => viewer.ReadAll());

        Assert.Equal(4, await PublishAsync(gateway, MarketBed.Frame(1, [65], flags: HotFlags.Seq | HotFlags.Sender) with { Seq = 9, Sender = 3 }));
        Assert.Equal(0, await PublishAsync(gateway, MarketBed.Frame(3, [65])));
        gateway.Tenant.Market.Post(MarketBed.Frame(1, [66]));
        gateway.RunUntilIdle();

        Assert.All(viewers[1..4], viewer => Assert.Equal(["1.1#1=A", "1.1#2=B"], viewer.Story()));
        Assert.All(viewers[4..], viewer => Assert.Empty(viewer.Story()));
        Assert.Equal(["sys.ack 1 {\"keys\":1,\"empty\":[],\"stale\":[]}", "3.1#1=A"], gateway.Viewer("late").Subscribe("3").Story());
        Frames.AssertBalanced(gateway.Ledger());
    }

    [Fact]
    public async Task What_the_backend_sends_to_a_room_a_user_or_without_KEY_is_a_plain_frame()
    {
        using var gateway = MarketBed.Gateway(2);
        var alice = gateway.Viewer().Subscribe("1").Join("lobby");
        alice.ReadAll();

        Assert.Equal(1, await PublishAsync(gateway, MarketBed.Frame(1, [65]), new PublishTarget(PublishTargetKind.User, "alice")));
        Assert.Equal(1, await PublishAsync(gateway, MarketBed.Frame(1, [66]), new PublishTarget(PublishTargetKind.Room, "lobby")));
        Assert.Equal(1, await PublishAsync(gateway, new HotFrame { SvcId = MarketBed.Svc, Opcode = 1, Payload = [67] }));

        Assert.Equal(["1.1#0=A", "1.1#0=B", "0.1#0=C"], alice.Story());
        Assert.Equal(0, gateway.Tenant.Market.InstrumentCount);
    }

    [Fact]
    public async Task The_backend_is_told_where_there_is_no_place()
    {
        using var gateway = MarketBed.Gateway(2, market => market with { MaxInstruments = 1, MaxValueBytes = 1 });

        Assert.Equal(0, await PublishAsync(gateway, MarketBed.Frame(1, [65])));
        Assert.Equal(TenantMarket.NoPlace, await PublishAsync(gateway, MarketBed.Frame(2, [65])));
        Assert.Equal(TenantMarket.NoPlace, await PublishAsync(gateway, MarketBed.Frame(1, [65, 66])));
    }

    [Fact]
    public async Task Without_a_market_in_the_configuration_a_frame_for_everybody_is_a_plain_one()
    {
        using var gateway = MarketBed.Gateway(tenant: tenant => tenant with { Services = new ServicesConfig { Hot = new Dictionary<int, string> { [2] = "echo", [7] = "market" } } });
        var alice = gateway.Viewer().Subscribe("1");

        Assert.Equal(1, await PublishAsync(gateway, MarketBed.Frame(1, [65])));
        Assert.Equal(0, gateway.Tenant.Market.InstrumentCount);
        Assert.Equal(1, await PublishAsync(gateway, MarketBed.Frame(1, [66]) with { SvcId = 7 }));
        Assert.Equal((7, 1u), (alice.HotFrames.Last().SvcId, alice.HotFrames.Last().Seq));
    }

    private static Task<int> PublishAsync(TestGateway gateway, in HotFrame frame, PublishTarget? target = null)
    {
        var publishing = new ServerPublisher(gateway.Node.Shards).PublishAsync(gateway.Tenant, target ?? PublishTarget.Everybody, frame);
        gateway.RunUntilIdle();
        return publishing;
    }
}
