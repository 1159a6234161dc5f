using WsPrism.Core.Rooms.Presence;
using WsPrism.Testing;

namespace WsPrism.Core.Tests.Rooms.Presence;

/// <summary>Members, their states, and pages of them.</summary>
public class MemberTests
{
    [Fact]
    public void A_state_is_told_and_shown_until_the_user_leaves()
    {
        using var gateway = Present.Gateway();
        var alice = gateway.ConnectTo(Present.Room, "alice");
        var bob = gateway.ConnectTo(Present.Room, "bob");
        gateway.Settle();
        alice.ReadAll();

        bob.Send("room", "state", """{"state":{"x":[1,null]}}""", id: "1");
        Assert.Equal("sys.ack", bob.ReadEnvelopes()[^1].Name);
        gateway.Settle();
        Assert.Equal(["update bob[2]{\"x\":[1,null]} = 2"], alice.ReadPresence());
        Assert.Equal(["alice[1]", "bob[2]{\"x\":[1,null]}"], alice.Members());

        bob.Send("room", "state", """{"state":null}""");
        gateway.Settle();
        Assert.Equal(["update bob[2] = 2"], alice.ReadPresence());

        bob.Send("room", "state", """{"state":7}""").Leave().Join(Present.Room);
        gateway.Settle();
        Assert.Equal(["alice[1]", "bob[2]"], alice.Members());
    }

    [Fact]
    public void A_state_is_the_users_whatever_session_sets_it()
    {
        using var gateway = Present.Gateway(shards: 2);
        var alice = gateway.ConnectTo(Present.Room, "alice");
        var first = gateway.ConnectTo(Present.Room, "bob");
        var second = gateway.ConnectTo(Present.Room, "bob");

        first.Send("room", "state", """{"state":1}""");
        second.Send("room", "state", """{"state":2}""");
        Assert.Equal(["alice[1]", "bob[2,3]2"], alice.Members());

        second.Leave();
        Assert.Equal(["alice[1]", "bob[2]2"], alice.Members());
    }

    [Fact]
    public void The_same_state_again_is_no_change()
    {
        using var gateway = Present.Gateway();
        var alice = gateway.ConnectTo(Present.Room, "alice").Send("room", "state", """{"state":1}""");
        gateway.Settle();
        alice.ReadAll();

        alice.Send("room", "state", """{"state":1}""");
        gateway.Settle();

        Assert.Empty(alice.ReadPresence());
    }

    [Fact]
    public void A_state_has_1024_bytes_at_most()
    {
        using var gateway = Present.Gateway();
        var alice = gateway.ConnectTo(Present.Room, "alice");
        string Send(int length)
        {
            alice.ReadAll();
            alice.Send("room", "state", $$"""{"state":"{{new string('x', length - 2)}}"}""", id: $"{length}");
            return alice.ReadEnvelopes().Single() is { Name: "sys.error" } error ? error.Code : "ack";
        }

        Assert.Equal("ack", Send(RoomMember.MaxStateBytes));
        Assert.Equal("PAYLOAD_TOO_LARGE", Send(RoomMember.MaxStateBytes + 1));
        Assert.Contains(new string('x', 1_022), alice.Members().Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", "BAD_REQUEST")]
    [InlineData("[1]", "BAD_REQUEST")]
    [InlineData("null", "BAD_REQUEST")]
    public void State_needs_a_state(string data, string code)
    {
        using var gateway = Present.Gateway();
        var alice = gateway.ConnectTo(Present.Room, "alice").Send("room", "state", data);

        Assert.Equal(code, alice.ReadEnvelopes().Single().Code);
    }

    [Fact]
    public void State_needs_a_room_with_presence()
    {
        using var gateway = new TestGateway();
        var alice = gateway.Connect("alice");
        alice.ReadAll();
        alice.Send("room", "state", """{"state":1}""");
        Assert.Equal("NOT_IN_ROOM", alice.ReadEnvelopes().Single().Code);

        alice.Join(Present.Room).ReadAll();
        alice.Send("room", "state", """{"state":1}""");
        Assert.Equal("NOT_ALLOWED", alice.ReadEnvelopes().Single().Code);
    }

    [Fact]
    public void A_newcomer_gets_the_members_where_it_asks_for_them()
    {
        using var gateway = Present.Gateway();
        gateway.ConnectTo(Present.Room, "alice");
        var bob = gateway.Connect("bob");
        bob.ReadAll();

        bob.Send("room", "join", """{"members":true}""", Present.Room, id: "1");

        var envelopes = bob.ReadEnvelopes();
        Assert.Equal(["sys.joined", "sys.ack"], envelopes.Select(envelope => envelope.Name));
        Assert.Equal("""{"count":2,"members":[{"user":"alice","handles":[1]},{"user":"bob","handles":[2]}]}""", envelopes[1].Data.GetRawText());
    }

    [Fact]
    public void Pages_follow_each_other_while_members_come_and_go()
    {
        using var gateway = Present.Gateway();
        var users = Enumerable.Range(1, 6).Select(i => gateway.ConnectTo(Present.Room, $"u{i}")).ToArray();
        string Page(string? cursor)
        {
            users[0].ReadAll();
            users[0].Send("room", "members", cursor is null ? """{"limit":2}""" : $$"""{"limit":2,"cursor":"{{cursor}}"}""", Present.Room);
            var data = users[0].ReadEnvelopes().Single().Data;
            return string.Join(' ', data.GetProperty("members").EnumerateArray().Select(Present.Show)) + (data.TryGetProperty("cursor", out var next) ? $" > {next.GetString()}" : "");
        }

        Assert.Equal("u1[1] u2[2] > 2", Page(null));
        users[1].Leave();
        users[2].Leave();
        users[2].Join(Present.Room);
        Assert.Equal("u4[4] u5[5] > 5", Page("2"));
        Assert.Equal("u6[6] u3[3]", Page("5"));
        Assert.Equal("", Page("9999"));
    }

    [Theory]
    [InlineData("""{"cursor":5}""")]
    [InlineData("""{"cursor":""}""")]
    [InlineData("""{"cursor":"0"}""")]
    [InlineData("""{"cursor":"-1"}""")]
    [InlineData("""{"cursor":"1x"}""")]
    [InlineData("""{"cursor":"99999999999999999999"}""")]
    [InlineData("""{"limit":0}""")]
    [InlineData("""{"limit":1001}""")]
    public void A_page_that_there_is_not_is_refused(string data)
    {
        using var gateway = Present.Gateway();
        var alice = gateway.ConnectTo(Present.Room, "alice").Send("room", "members", data, Present.Room);

        Assert.Equal("BAD_REQUEST", alice.ReadEnvelopes().Single().Code);
    }

    [Fact]
    public void A_page_is_bounded_in_bytes_too()
    {
        using var gateway = Present.Gateway();
        var clients = Enumerable.Range(0, 150).Select(i => gateway.ConnectTo(Present.Room, $"user:{i}")).ToArray();
        var state = $$"""{"state":"{{new string('s', 1_022)}}"}""";
        foreach (var client in clients)
        {
            client.Send("room", "state", state);
        }

        clients[0].ReadAll();
        clients[0].Send("room", "members", room: Present.Room);
        var first = clients[0].ReadEnvelopes().Single();
        Assert.InRange(first.Text.Length, 120_000, 131_200);
        clients[0].Send("room", "members", $$"""{"cursor":"{{first.String("cursor")}}"}""", Present.Room);
        var second = clients[0].ReadEnvelopes().Single();

        Assert.Equal(150, first.Data.GetProperty("members").GetArrayLength() + second.Data.GetProperty("members").GetArrayLength());
        Assert.False(second.Data.TryGetProperty("cursor", out _));
    }
}
