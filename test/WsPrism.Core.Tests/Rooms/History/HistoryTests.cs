using WsPrism.Core.Configuration;
using WsPrism.Core.Rooms.History;
using WsPrism.Testing;

namespace WsPrism.Core.Tests.Rooms.History;

public sealed class HistoryTests
{
    [Fact]
    public void Messages_carry_offsets_beside_the_room_and_joined_names_the_last()
    {
        using var gateway = Remembering.Gateway();
        var alice = gateway.ConnectTo("r", "alice").Say("a").Say("b");

        var message = alice.ReadEnvelopes()[1];
        Assert.Equal(["v", "svc", "type", "room", "offset", "data"], message.FieldNames);
        Assert.Equal(2UL, message.Offset);

        var bob = gateway.Connect("bob").Join("r");
        var (epoch, offset, recovered, after) = bob.Joined();
        Assert.Equal((16, 2L, (bool?)null, 0), (epoch!.Length, offset, recovered, after.Count));
        alice.Say("c");
        Assert.Equal("3:c", bob.ReadShown());
    }

    [Fact]
    public void A_room_without_a_rule_has_no_offsets_and_recovers_nothing()
    {
        using var gateway = Remembering.Gateway();
        var alice = gateway.ConnectTo("other", "alice").Say("a", "other");
        Assert.Equal(":a", alice.ReadShown());

        var bob = gateway.Connect("bob").JoinSince("0123456789abcdef", 0, "other");
        Assert.Equal((null, -1L, false), (bob.Joined().Epoch, -1L, false));
        Assert.Equal(0, gateway.Tenant.History.RoomCount);
        alice.Send("room", "history", room: "other", id: "1");
        Assert.Equal("""{"messages":[],"first":1,"last":0,"more":false}""", alice.NextEnvelope().Data.GetRawText());
    }

    [Fact]
    public void What_was_missed_comes_after_joined_and_before_anything_newer()
    {
        using var gateway = Remembering.Gateway();
        var alice = gateway.ConnectTo("r", "alice").Say("a").Say("b").Say("c");
        var epoch = gateway.EpochOf();

        var bob = gateway.Connect("bob").JoinSince(epoch, 1);
        alice.Say("d");

        var (_, offset, recovered, after) = bob.Joined();
        Assert.Equal((3L, true, "2:b 3:c 4:d"), (offset, recovered, after.Shown()));
        Assert.Equal((3L, true, ""), Joined(gateway.Connect("carol").JoinSince(epoch, 4)) with { Offset = 3 });
        Assert.Equal(2, gateway.Tenant.History.Replays(ReplayOutcome.Recovered));
    }

    [Fact]
    public void The_position_must_be_one_that_is_kept_or_the_last_before_it()
    {
        using var gateway = Remembering.Gateway(size: 2);
        gateway.ConnectTo("r", "alice").Say("a").Say("b").Say("c");
        var epoch = gateway.EpochOf();

        Assert.Equal((3L, true, "2:b 3:c"), Joined(gateway.Connect("u").JoinSince(epoch, 1)));
        Assert.Equal((3L, true, ""), Joined(gateway.Connect("u").JoinSince(epoch, 3)));
        Assert.Equal((3L, false, ""), Joined(gateway.Connect("u").JoinSince(epoch, 0)));
        Assert.Equal((3L, false, ""), Joined(gateway.Connect("u").JoinSince(epoch, 4)));
        Assert.Equal((3L, false, ""), Joined(gateway.Connect("u").JoinSince(epoch, ulong.MaxValue)));
        Assert.Equal((3L, false, ""), Joined(gateway.Connect("u").JoinSince("0123456789abcdef", 3)));
        Assert.Equal((3L, false, ""), Joined(gateway.Connect("u").JoinSince("what?", 3)));
        Assert.Equal(5, gateway.Tenant.History.Replays(ReplayOutcome.NotKept));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"epoch":"x"}""")]
    [InlineData("""{"epoch":1,"offset":1}""")]
    [InlineData("""{"epoch":"x","offset":-1}""")]
    [InlineData("""{"epoch":"x","offset":1.5}""")]
    [InlineData("""{"epoch":"x","offset":18446744073709551616}""")]
    [InlineData("""{"epoch":"\ud800","offset":1}""")]
    [InlineData("""{"epoch":"01234567890123456789012345678901234567890123456789012345678901234","offset":1}""")]
    public void A_position_that_is_none_is_refused(string since)
    {
        using var gateway = Remembering.Gateway();
        var alice = gateway.Connect("alice");
        alice.ReadAll();

        alice.Send("room", "join", $"{{\"since\":{since}}}", "r");
        Assert.Equal("BAD_REQUEST", alice.NextEnvelope().Code);
        alice.Join("r").ReadAll();
        alice.Send("room", "history", $"{{\"before\":{since}}}");
        Assert.Equal("BAD_REQUEST", alice.NextEnvelope().Code);
    }

    [Fact]
    public void Messages_live_as_long_as_the_rule_says()
    {
        using var gateway = Remembering.Gateway(ttlMs: 1_000);
        var alice = gateway.ConnectTo("r", "alice").Say("a");
        var epoch = gateway.EpochOf();
        gateway.Advance(999, atOnce: true);
        Assert.Equal((1L, true, "1:a"), Joined(gateway.Connect("u").JoinSince(epoch, 0)));
        gateway.Advance(1, atOnce: true);
        Assert.Equal((1L, false, ""), Joined(gateway.Connect("u").JoinSince(epoch, 0)));
        Assert.Equal((1L, true, ""), Joined(gateway.Connect("u").JoinSince(epoch, 1)));
        Assert.Equal(0, gateway.Tenant.History.Messages);
        Assert.Equal(0, gateway.Tenant.History.Bytes);
        alice.Say("b");
        Assert.EndsWith("2:b", alice.ReadShown());
    }

    [Fact]
    public void History_outlives_its_room_and_its_place_the_messages_for_an_hour()
    {
        using var gateway = Remembering.Gateway(ttlMs: 1_000);
        var alice = gateway.ConnectTo("r", "alice").Say("a");
        var epoch = gateway.EpochOf();
        alice.Leave("r");
        Assert.Equal(0, gateway.Tenant.Registry.RoomCount);

        Assert.Equal((1L, true, "1:a"), Joined(gateway.Connect("bob").JoinSince(epoch, 0).Leave("r")));
        gateway.Time.Advance(3_599_000);
        Assert.Equal((1L, true, ""), Joined(gateway.Connect("bob").JoinSince(epoch, 1).Leave("r")));
        gateway.Time.Advance(3_000);
        Assert.Equal(0, gateway.Tenant.History.RoomCount);
        Assert.Equal((0L, false, ""), Joined(gateway.Connect("bob").JoinSince(epoch, 1)));
        Assert.NotEqual(epoch, gateway.EpochOf());
    }

    [Fact]
    public async Task The_backend_is_told_offsets_and_what_it_says_to_an_empty_room_is_kept()
    {
        using var gateway = Remembering.Gateway();
        Assert.Equal(new Published(0, 1), await gateway.PublishAsync("a"));
        var epoch = gateway.EpochOf();
        Assert.Equal(new Published(0, 2), await gateway.PublishAsync("b"));
        var alice = gateway.Connect("alice").JoinSince(epoch, 0);
        Assert.Equal((2L, true, "1:a 2:b"), Joined(alice));
        Assert.Equal(new Published(1, 3), await gateway.PublishAsync("c"));
        Assert.Equal(new Published(0, 4), await gateway.PublishAsync("d", exclude: new HashSet<string> { alice.Session.SessionId }));
        Assert.Equal("3:c", alice.ReadShown());
        Assert.Equal(new Published(0), await gateway.PublishAsync("e", "other"));
        Assert.Equal(1, gateway.Tenant.History.RoomCount);
    }

    [Fact]
    public void What_others_get_live_the_sender_gets_in_a_replay()
    {
        using var gateway = Remembering.Gateway();
        var alice = gateway.ConnectTo("r", "alice").Send("game", "input", "{\"msg\":\"jump\"}", "r");
        Assert.Equal("", alice.ReadShown());
        var epoch = gateway.EpochOf();
        alice.Leave("r");
        Assert.Equal((1L, true, "1:jump"), Joined(alice.JoinSince(epoch, 0)));
    }

    [Fact]
    public void Typing_is_told_in_its_turn_and_not_kept()
    {
        using var gateway = Remembering.Gateway();
        var alice = gateway.ConnectTo("r", "alice");
        var bob = gateway.ConnectTo("r", "bob");
        gateway.RunsAtOnce = false;
        alice.Say("a").Send("chat", "typing", room: "r").Say("b");
        gateway.RunUntilIdle();
        gateway.RunsAtOnce = true;

        Assert.Equal("1:a :typing 2:b", bob.ReadShown());
        Assert.Equal((2L, true, "1:a 2:b"), Joined(gateway.Connect("carol").JoinSince(gateway.EpochOf(), 0)));
    }

    [Fact]
    public void Joining_again_as_a_member_says_nothing_again()
    {
        using var gateway = Remembering.Gateway();
        var alice = gateway.ConnectTo("r", "alice").Say("a");
        var epoch = gateway.EpochOf();
        alice.ReadAll();
        Assert.Equal((1L, false, ""), Joined(alice.JoinSince(epoch, 0)));
        Assert.Equal((1L, null, ""), Joined(alice.Join("r")));
    }

    [Fact]
    public void Leaving_and_joining_does_not_repeat_what_still_waits()
    {
        using var gateway = Remembering.Gateway();
        var alice = gateway.ConnectTo("r", "alice");
        var bob = gateway.ConnectTo("r", "bob").Say("a");
        var epoch = gateway.EpochOf();
        alice.ReadAll();
        alice.Stall();
        bob.Say("b").Say("c");
        alice.Leave("r");
        bob.Say("d");
        alice.JoinSince(epoch, 1).Grant();
        Assert.Equal("2:b 3:c 4:d", alice.ReadShown());
    }

    [Fact]
    public void A_replay_has_the_bounds_of_the_queue_and_nothing_of_it_comes_where_it_does_not_fit()
    {
        var limits = new LimitsConfig { Outbound = new OutboundConfig { ExtMessages = 3 } };
        using var gateway = Remembering.Gateway(limits: limits);
        var alice = gateway.ConnectTo("r", "alice").Say("a").Say("b").Say("c").Say("d");
        var epoch = gateway.EpochOf();

        var atLimit = gateway.Connect("u");
        Assert.Equal((4L, true, "2:b 3:c 4:d"), Joined(atLimit.JoinSince(epoch, 1)));
        var past = gateway.Connect("u");
        Assert.Equal((4L, false, ""), Joined(past.JoinSince(epoch, 0)));
        alice.Say("e");
        Assert.Equal("5:e", past.ReadShown());
        Assert.Equal(1, gateway.Tenant.History.Replays(ReplayOutcome.TooMuch));
        Assert.Null(past.CloseCode);
    }

    [Fact]
    public void A_replay_has_the_bounds_of_the_queue_in_bytes_too()
    {
        var text = new string('x', 300);
        var limits = new LimitsConfig { Outbound = new OutboundConfig { ExtBytes = 1_200 } };
        using var gateway = Remembering.Gateway(limits: limits);
        gateway.ConnectTo("r", "alice").Say(text).Say(text).Say(text).Say(text);
        var epoch = gateway.EpochOf();

        Assert.Equal((true, 2), Fate(1));
        Assert.Equal((false, 0), Fate(0));
        Assert.Equal(1, gateway.Tenant.History.Replays(ReplayOutcome.TooMuch));

        (bool? Recovered, int Count) Fate(ulong since)
        {
            var (_, _, recovered, after) = gateway.Connect("u").JoinSince(epoch, since + 1).Joined();
            return (recovered, after.Count);
        }
    }

    [Fact]
    public void A_wire_that_breaks_while_a_place_is_made_leaves_nobody_behind()
    {
        var limits = new LimitsConfig { Outbound = new OutboundConfig { ExtMessages = 3 } };
        using var gateway = Remembering.Gateway(limits: limits);
        gateway.ConnectTo("r", "alice").Say("a").Say("b").Say("c");
        var epoch = gateway.EpochOf();
        var bob = gateway.ConnectTo("other", "bob");
        gateway.RunsAtOnce = false;
        bob.Say("x", "other").JoinSince(epoch, 0);
        bob.Connection.BeforeFlush = bob.Connection.Close;
        gateway.RunUntilIdle();
        gateway.RunsAtOnce = true;

        Assert.True(bob.Session.HasEnded);
        Assert.Equal(1, gateway.Tenant.Registry.FindRoom("r")!.SessionCount);
        Assert.Equal(1, gateway.Tenant.Registry.FindRoom("r")!.UserCount);
    }

    [Fact]
    public void A_smaller_rule_lets_the_oldest_go_and_a_larger_one_keeps_more_from_then_on()
    {
        using var gateway = Remembering.Gateway(size: 3);
        var alice = gateway.ConnectTo("r", "alice").Say("a").Say("b").Say("c");
        var epoch = gateway.EpochOf();
        gateway.ReloadTenant(tenant => tenant.WithHistory(1));
        Assert.Equal((3L, false, ""), Joined(gateway.Connect("u").JoinSince(epoch, 1)));
        Assert.Equal((3L, true, "3:c"), Joined(gateway.Connect("u").JoinSince(epoch, 2)));
        gateway.ReloadTenant(tenant => tenant.WithHistory(2));
        alice.Say("d");
        Assert.Equal((4L, true, "3:c 4:d"), Joined(gateway.Connect("u").JoinSince(epoch, 2)));
        gateway.Advance(100, atOnce: true);
        gateway.ReloadTenant(tenant => tenant.WithHistory(2, ttlMs: 100));
        Assert.Equal((4L, false, ""), Joined(gateway.Connect("u").JoinSince(epoch, 2)));
    }

    [Fact]
    public void Taken_away_and_given_again_it_begins_anew_but_offsets_go_on_for_those_who_stay()
    {
        using var gateway = Remembering.Gateway();
        var alice = gateway.ConnectTo("r", "alice").Say("a").Say("b");
        var epoch = gateway.EpochOf();
        gateway.ReloadTenant(tenant => tenant.WithHistory(0));
        alice.Say("c");
        Assert.Equal((-1L, false, ""), Joined(gateway.Connect("u").JoinSince(epoch, 1)));
        gateway.ReloadTenant(tenant => tenant.WithHistory(5));
        alice.Say("d");
        Assert.Equal("1:a 2:b :c 3:d", alice.ReadShown());
        Assert.Equal((3L, false, ""), Joined(gateway.Connect("u").JoinSince(epoch, 2)));
        var now = gateway.EpochOf();
        Assert.NotEqual(epoch, now);
        Assert.Equal((3L, true, "3:d"), Joined(gateway.Connect("u").JoinSince(now, 2)));
    }

    [Fact]
    public void A_reload_gives_a_history_to_a_room_that_is_there()
    {
        using var gateway = Remembering.Gateway(size: 0, shards: 2);
        var alice = gateway.ConnectTo("r", "alice");
        var bob = gateway.ConnectTo("r", "bob");
        alice.Say("a");
        gateway.ReloadTenant(tenant => tenant.WithHistory(5));
        alice.Say("b");
        Assert.Equal(":a 1:b", bob.ReadShown());
        Assert.Equal(":a 1:b", alice.ReadShown());
    }

    [Fact]
    public async Task Rooms_that_nobody_is_in_are_bounded_in_number_the_quietest_is_forgotten_first()
    {
        using var gateway = Remembering.Gateway(limits: new LimitsConfig { MaxHistoryRooms = 2 });
        var alice = gateway.ConnectTo("r0", "alice").Say("x", "r0");
        await gateway.PublishAsync("a", "r1");
        gateway.Advance(1);
        await gateway.PublishAsync("b", "r2");
        Assert.Equal((3, 0L), (gateway.Tenant.History.RoomCount, gateway.Tenant.History.Forgotten));
        gateway.Advance(1);
        await gateway.PublishAsync("c", "r3");
        Assert.Equal((3, 1L), (gateway.Tenant.History.RoomCount, gateway.Tenant.History.Forgotten));
        Assert.Equal(new Published(0, 1), await gateway.PublishAsync("d", "r1"));
        alice.Say("y", "r0");
        Assert.Equal("1:x 2:y", alice.ReadShown());
    }

    [Fact]
    public async Task Memory_is_bounded_and_the_quietest_rooms_give_first()
    {
        using var gateway = Remembering.Gateway(size: 1_000, limits: new LimitsConfig { MaxHistoryBytes = 65_536 });
        await gateway.PublishAsync("old", "r0");
        gateway.Advance(16);
        for (var i = 0; i < 1_000; i++)
        {
            await gateway.PublishAsync("new", "r1");
            Assert.InRange(gateway.Tenant.History.Bytes, 0, 65_536);
        }

        Assert.True(gateway.Tenant.History.Forgotten > 0);
        Assert.Equal(0, PageOf(gateway, "r0"));

        // How many depends on the buffers that the pool had for them; what they take is what is counted.
        Assert.InRange(PageOf(gateway, "r1"), 1, 999);
        Assert.Equal(new Published(0, 2), await gateway.PublishAsync("more", "r0"));

        static int PageOf(TestGateway gateway, string room)
        {
            using var page = gateway.Tenant.History.Find(room)!.Read(new HistoryQuery(1_000, null, null, int.MaxValue, int.MaxValue));
            return page.Messages.Length;
        }
    }

    [Fact]
    public void A_tenant_that_is_removed_gives_all_back()
    {
        using var gateway = new TestGateway(moreTenants: [TestGateway.DefaultTenant.WithHistory(5) with { Id = "other" }]);
        var other = gateway.Node.FindTenant("other")!;
        gateway.Connect("alice", other).Join("r").Say("a");
        Assert.Equal(1, other.History.Messages);
        gateway.Reload(config => config with { Tenants = [config.Tenants[0]] });
        Assert.Equal((0, 0L, 0L), (other.History.RoomCount, other.History.Messages, other.History.Bytes));
    }

    private static (long Offset, bool? Recovered, string Messages) Joined(TestClient client)
    {
        var (_, offset, recovered, after) = client.Joined();
        return (offset, recovered, after.Shown());
    }
}
