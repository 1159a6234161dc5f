using WsPrism.Core.Configuration;
using WsPrism.Testing;

namespace WsPrism.Core.Tests.Rooms.History;

public sealed class HistoryPageTests
{
    [Fact]
    public void Pages_are_of_what_is_kept_from_the_newest_back()
    {
        using var gateway = Remembering.Gateway(size: 5);
        var alice = Filled(gateway, 7);
        var epoch = gateway.EpochOf();

        Assert.Equal("3 4 5 6 7 first=3 last=7 more=False", Page(alice, "{}"));
        Assert.Equal("6 7 first=3 last=7 more=True", Page(alice, """{"limit":2}"""));
        Assert.Equal("7 6 first=3 last=7 more=True", Page(alice, """{"limit":2,"reverse":true}"""));
        Assert.Equal("4 5 first=3 last=7 more=True recovered=True", Page(alice, Before(epoch, 6, ",\"limit\":2")));
        Assert.Equal("3 first=3 last=7 more=False recovered=True", Page(alice, Before(epoch, 4)));
        Assert.Equal(" first=3 last=7 more=False recovered=True", Page(alice, Before(epoch, 3)));
        Assert.Equal(" first=3 last=7 more=False recovered=False", Page(alice, Before(epoch, 2)));
        Assert.Equal("7 first=3 last=7 more=True recovered=False", Page(alice, Before("0123456789abcdef", 4, ",\"limit\":1")));
        Assert.Equal("7 first=3 last=7 more=True recovered=False", Page(alice, Before(epoch, 9, ",\"limit\":1")));
        Assert.Equal("7 first=3 last=7 more=True recovered=True", Page(alice, Before(epoch, 8, ",\"limit\":1")));
    }

    [Fact]
    public void Pages_after_a_position_begin_there_or_with_the_oldest()
    {
        using var gateway = Remembering.Gateway(size: 5);
        var alice = Filled(gateway, 7);
        var epoch = gateway.EpochOf();

        Assert.Equal("5 6 first=3 last=7 more=True recovered=True", Page(alice, Since(epoch, 4, ",\"limit\":2")));
        Assert.Equal("6 5 first=3 last=7 more=True recovered=True", Page(alice, Since(epoch, 4, ",\"limit\":2,\"reverse\":true")));
        Assert.Equal("3 4 5 6 7 first=3 last=7 more=False recovered=True", Page(alice, Since(epoch, 2)));
        Assert.Equal("3 4 5 6 7 first=3 last=7 more=False recovered=False", Page(alice, Since(epoch, 1)));
        Assert.Equal("3 first=3 last=7 more=True recovered=False", Page(alice, Since("0123456789abcdef", 5, ",\"limit\":1")));
        Assert.Equal(" first=3 last=7 more=False recovered=True", Page(alice, Since(epoch, 7)));
        Assert.Equal("3 4 5 6 7 first=3 last=7 more=False recovered=False", Page(alice, Since(epoch, 8)));
    }

    [Fact]
    public void Messages_in_a_page_are_what_receivers_got()
    {
        using var gateway = Remembering.Gateway();
        var alice = Filled(gateway, 0);
        var live = alice.Say("\\\"quoted\\\"").NextEnvelope().Text;
        var page = alice.Send("room", "history", "{}", "r", "1").NextEnvelope();
        Assert.Equal(live, page.Data.GetProperty("messages")[0].GetRawText());
    }

    [Theory]
    [InlineData("""{"limit":0}""")]
    [InlineData("""{"limit":1001}""")]
    [InlineData("""{"reverse":1}""")]
    [InlineData("""{"since":{"epoch":"a","offset":1},"before":{"epoch":"a","offset":1}}""")]
    public void What_makes_no_sense_is_refused(string data)
    {
        using var gateway = Remembering.Gateway();
        Assert.Equal("BAD_REQUEST", Filled(gateway, 1).Send("room", "history", data, "r").NextEnvelope().Code);
    }

    [Fact]
    public void Only_members_read()
    {
        using var gateway = Remembering.Gateway();
        Filled(gateway, 1);
        var eve = gateway.Connect("eve");
        eve.ReadAll();
        Assert.Equal("NOT_IN_ROOM", eve.Send("room", "history", "{}", "r").NextEnvelope().Code);
    }

    [Fact]
    public void A_page_has_a_thousand_messages_or_sixty_kilobytes()
    {
        using var gateway = Remembering.Gateway(size: 2_000);
        var alice = Filled(gateway, 0);
        for (var i = 0; i < 1_001; i++)
        {
            alice.Say("");
        }

        alice.ReadAll();
        var page = alice.Send("room", "history", """{"limit":1000}""", "r", "1").NextEnvelope();
        Assert.InRange(page.Text.Length, 50_000, 65_536);
        Assert.True(page.Data.GetProperty("more").GetBoolean());
    }

    [Fact]
    public void A_message_that_is_longer_than_a_page_is_refused_at_the_limit()
    {
        using var gateway = Remembering.Gateway(limits: new LimitsConfig { MaxFrameBytes = 1_000_000 });
        var alice = Filled(gateway, 0);
        var around = alice.Say("").NextEnvelope().Text.Length;

        alice.Say(new string('x', 196_607 - around));
        Assert.Equal(196_607, alice.NextEnvelope().Text.Length);
        Assert.Equal("sys.ack", alice.Send("room", "history", """{"limit":1}""", "r", "1").NextEnvelope().Name);
        alice.Say(new string('x', 196_608 - around));
        alice.ReadAll();
        Assert.Equal("PAYLOAD_TOO_LARGE", alice.Send("room", "history", """{"limit":1}""", "r", "2").NextEnvelope().Code);
    }

    [Fact]
    public void Who_does_not_read_its_pages_is_refused_more_and_not_closed()
    {
        using var gateway = Remembering.Gateway(size: 1_000, limits: new LimitsConfig { Outbound = new OutboundConfig { ExtMessages = 10_000, ExtBytes = 10_000_000 } });
        var alice = Filled(gateway, 1_000);
        alice.Stall();
        for (var i = 0; i < 10; i++)
        {
            alice.Send("room", "history", """{"limit":1000}""", "r", $"{i}");
        }

        Assert.Null(alice.CloseCode);
        alice.Grant();
        var answers = alice.ReadEnvelopes().Where(envelope => envelope.Id is not null).ToArray();
        Assert.Equal(10, answers.Length);
        Assert.Contains(answers, answer => answer.Name == "sys.ack");
        Assert.Contains(answers, answer => answer.Name == "sys.error" && answer.Code == "RESOURCE_EXHAUSTED");
    }

    private static TestClient Filled(TestGateway gateway, int messages)
    {
        var alice = gateway.ConnectTo("r", "alice");
        for (var i = 1; i <= messages; i++)
        {
            alice.Say($"m{i}");
        }

        alice.ReadAll();
        return alice;
    }

    private static string Since(string epoch, ulong offset, string more = "") => $"{{\"since\":{{\"epoch\":\"{epoch}\",\"offset\":{offset}}}{more}}}";

    private static string Before(string epoch, ulong offset, string more = "") => $"{{\"before\":{{\"epoch\":\"{epoch}\",\"offset\":{offset}}}{more}}}";

    private static string Page(TestClient client, string data)
    {
        client.ReadAll();
        var answer = client.Send("room", "history", data, "r", "1").NextEnvelope();
        client.Session.Answered = null;
        var page = answer.Data;
        var offsets = string.Join(' ', page.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("offset").GetUInt64()));
        var recovered = page.TryGetProperty("recovered", out var value) ? $" recovered={value.GetBoolean()}" : "";
        return $"{offsets} first={page.GetProperty("first")} last={page.GetProperty("last")} more={page.GetProperty("more").GetBoolean()}{recovered}";
    }
}
