using System.Text;
using WsPrism.Core.Configuration;
using WsPrism.Core.Delivery;
using WsPrism.Core.Tests.Delivery;
using WsPrism.Protocol.Hot;

namespace WsPrism.Core.Tests.Market;

public sealed class TextTests
{
    private const string AsJson = ",\"format\":\"json\"";

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Values_come_in_envelopes_as_JSON_where_they_are_JSON(int shards)
    {
        using var gateway = MarketBed.Gateway(shards);
        var feed = gateway.Publisher().Publish(1, """{ "bid": 1.5 }""").Publish(1, "\"trade\"", opcode: 2, HotFlags.Reliable);
        var alice = gateway.Viewer().Subscribe("1", AsJson);

        gateway.Advance(5);
        Assert.Equal(
            ["sys.ack 1 {\"keys\":1,\"empty\":[],\"stale\":[]}", """market.update {"values":[{"key":1,"op":1,"seq":1,"data":{ "bid": 1.5 }},{"key":1,"op":2,"seq":2,"data":"trade"}]}"""],
            alice.Story());

        feed.SendHot(MarketBed.Frame(1, [0xFF, 0x00, 0x7B]));
        gateway.Advance(200);
        Assert.Equal(["""market.update {"values":[{"key":1,"op":1,"seq":3,"data_base64":"/wB7"}]}"""], alice.Story());
        feed.Publish(1, "");
        gateway.Advance(200);
        Assert.Equal(["""market.update {"values":[{"key":1,"op":1,"seq":4}]}"""], alice.Story());
        Assert.Empty(alice.HotFrames);
        Frames.AssertBalanced(gateway.Ledger());
    }

    [Theory]
    [InlineData("{\"a\":1", false)]
    [InlineData("1 2", false)]
    [InlineData("", false)]
    [InlineData(" [1] ", true)]
    [InlineData("null", true)]
    [InlineData("\"\\ud800\"", true)]
    [InlineData("NaN", false)]
    public void What_is_not_one_JSON_value_comes_as_base64(string value, bool isJson)
    {
        using var gateway = MarketBed.Gateway();
        gateway.Publisher().Publish(1, value.Length == 0 ? "\t" : value);
        var alice = gateway.Viewer().Subscribe("1", AsJson);
        gateway.Advance(5);

        var item = alice.Envelopes.Last().Data.GetProperty("values")[0];
        Assert.Equal(isJson, item.TryGetProperty("data", out _));
        Assert.Equal(!isJson, item.TryGetProperty("data_base64", out _));
    }

    [Theory]
    [InlineData(28, true)]
    [InlineData(29, false)]
    public void A_value_is_JSON_as_deep_as_an_envelope_may_be(int levels, bool isJson)
    {
        using var gateway = MarketBed.Gateway();
        gateway.Publisher().Publish(1, new string('[', levels) + new string(']', levels));
        var alice = gateway.Viewer().Subscribe("1", AsJson);
        gateway.Advance(5);

        Assert.Equal(isJson, alice.Envelopes.Last().Data.GetProperty("values")[0].TryGetProperty("data", out _));
    }

    [Fact]
    public void Envelopes_come_no_more_often_than_text_max_hz_with_the_latest_values()
    {
        using var gateway = MarketBed.Gateway(2, market => market with { TextMaxHz = 5 });
        var feed = gateway.Publisher();
        var alice = gateway.Viewer().Subscribe("1,2", AsJson);
        alice.ReadAll();

        for (var i = 0; i < 100; i++)
        {
            feed.Publish(1, $"{i}").Publish(2, $"{i}");
            gateway.Advance(10);
        }

        gateway.Advance(300);
        var updates = alice.ReadEnvelopes();
        Assert.InRange(updates.Count, 5, 7);
        Assert.Equal([99, 99], updates[^1].Data.GetProperty("values").EnumerateArray().Select(value => value.GetProperty("data").GetInt32()));
    }

    [Fact]
    public void A_slow_client_has_one_envelope_waiting_at_most_and_gets_the_latest_values_when_it_reads()
    {
        using var gateway = MarketBed.Gateway(2, tenant: tenant => tenant with { Limits = new LimitsConfig { Outbound = new OutboundConfig { ExtMessages = 2 } } });
        var feed = gateway.Publisher();
        var alice = gateway.Viewer().Subscribe("1,2", AsJson);
        alice.ReadAll();
        alice.Stall();

        for (var i = 0; i < 100; i++)
        {
            feed.Publish(1, $"{i}").Publish(2, $"{i}");
            gateway.Advance(100);
            Assert.InRange(gateway.Ledger().Queued(DeliveryClass.Ext), 0, 1);
        }

        alice.Grant();
        gateway.Advance(300);
        Assert.Equal(2, alice.ReadEnvelopes().Count);
        Assert.Equal([99, 99], alice.Envelopes.Last().Data.GetProperty("values").EnumerateArray().Select(value => value.GetProperty("data").GetInt32()));
        Assert.Null(alice.CloseCode);
    }

    [Fact]
    public void One_instrument_comes_as_often_as_its_subscriber_asked_for()
    {
        using var gateway = MarketBed.Gateway(market: market => market with { TextMaxHz = 100 });
        var feed = gateway.Publisher();
        var alice = gateway.Viewer().Subscribe("1", AsJson + ",\"max_hz\":2").Subscribe("2", AsJson, id: "2");
        alice.ReadAll();

        for (var i = 0; i < 200; i++)
        {
            feed.Publish(1, $"{i}").Publish(2, $"{i}");
            gateway.Advance(10);
        }

        gateway.Advance(600);
        var values = alice.ReadEnvelopes().SelectMany(envelope => envelope.Data.GetProperty("values").EnumerateArray()).ToArray();
        Assert.InRange(values.Count(value => value.GetProperty("key").GetInt32() == 1), 4, 6);
        Assert.InRange(values.Count(value => value.GetProperty("key").GetInt32() == 2), 80, 200);
        Assert.Equal(199, values.Last(value => value.GetProperty("key").GetInt32() == 1).GetProperty("data").GetInt32());
    }

    [Fact]
    public void What_does_not_fit_into_one_envelope_comes_in_the_next()
    {
        using var gateway = MarketBed.Gateway(market: market => market with { MaxValueBytes = 60_000 });
        var feed = gateway.Publisher();
        var alice = gateway.Viewer().Subscribe("1,2,3,4", AsJson);
        alice.ReadAll();
        for (var key = 1u; key <= 4; key++)
        {
            feed.SendHot(MarketBed.Frame(key, Encoding.UTF8.GetBytes("\"" + new string('x', 30_000) + "\"")));
        }

        gateway.Advance(1_000);

        var updates = alice.ReadEnvelopes();
        Assert.Equal([2, 2], updates.Select(update => update.Data.GetProperty("values").GetArrayLength()));
        Assert.All(updates, update => Assert.InRange(update.Text.Length, 0, 65_536 + 64));
    }
}
