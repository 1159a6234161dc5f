using WsPrism.Core.Configuration;
using WsPrism.Protocol.Hot;
using WsPrism.Testing;

namespace WsPrism.Core.Tests.Rooms;

public sealed class RoomTests
{
    [Fact]
    public void Joining_tells_handle_and_members_and_leaving_tells_the_room()
    {
        using var gateway = new TestGateway(shards: 2);
        gateway.ConnectTo("lobby", "bob");
        var alice = Ready(gateway, "alice");

        var joined = alice.Join("lobby").NextEnvelope();
        Assert.Equal(("sys.joined", "lobby", 2L), (joined.Name, joined.Room, joined.Number("members")));
        Assert.Equal(alice.Session.ActiveRoom!.Handle, joined.Number("handle"));

        var left = alice.Leave("lobby").NextEnvelope();
        Assert.Equal(("sys.left", "lobby", "{}"), (left.Name, left.Room, left.Data.GetRawText()));
        Assert.Null(alice.Session.ActiveRoom);
    }

    [Fact]
    public void Join_with_an_id_is_told_and_acknowledged()
    {
        using var gateway = new TestGateway();
        var alice = Ready(gateway, "alice");

        alice.Send("room", "join", room: "lobby", id: "1");

        Assert.Equal([("sys.joined", null), ("sys.ack", "1")], alice.ReadEnvelopes().Select(envelope => (envelope.Name, envelope.Id)));
    }

    [Fact]
    public void The_room_joined_last_is_active_unless_told_otherwise()
    {
        using var gateway = new TestGateway();
        var alice = Ready(gateway, "alice");

        alice.Join("a");
        Assert.Equal("a", alice.Session.ActiveRoom?.Name);
        alice.Join("b");
        Assert.Equal("b", alice.Session.ActiveRoom?.Name);
        alice.Join("c", active: false);
        Assert.Equal("b", alice.Session.ActiveRoom?.Name);
        alice.Send("room", "activate", room: "c");
        Assert.Equal("c", alice.Session.ActiveRoom?.Name);
        alice.Leave();
        Assert.Null(alice.Session.ActiveRoom);
        alice.Leave("a");
        Assert.Null(alice.Session.ActiveRoom);
        Assert.Equal("b", alice.Join("b").Session.ActiveRoom?.Name);
    }

    [Fact]
    public void Joining_again_counts_once_and_may_make_the_room_active()
    {
        using var gateway = new TestGateway();
        var alice = Ready(gateway, "alice").Join("a", active: false).Join("a");

        Assert.Equal("a", alice.Session.ActiveRoom?.Name);
        Assert.Equal([1, 1], alice.ReadEnvelopes().Select(envelope => (int)envelope.Number("members")));
        alice.Leave("a");
        Assert.Equal(0, gateway.Tenant.Registry.RoomCount);
    }

    [Fact]
    public void Leaving_a_room_one_is_not_in_is_refused()
    {
        using var gateway = new TestGateway();
        gateway.ConnectTo("lobby", "bob");
        var alice = Ready(gateway, "alice");

        Assert.Equal("NOT_IN_ROOM", alice.Leave("lobby").NextEnvelope().Code);
        Assert.Equal("NOT_IN_ROOM", alice.Leave().NextEnvelope().Code);
        Assert.Equal("NOT_IN_ROOM", alice.Send("room", "activate", room: "lobby").NextEnvelope().Code);
    }

    [Fact]
    public void Members_lists_users_with_the_handles_of_their_sessions()
    {
        using var gateway = new TestGateway(shards: 2);
        var first = gateway.ConnectTo("lobby", "zoë");
        var second = gateway.ConnectTo("lobby", "zoë");
        var bob = gateway.ConnectTo("lobby", "bob");

        var ack = bob.Send("room", "members", id: "9").NextEnvelope();

        Assert.Equal(("sys.ack", "9", 2L), (ack.Name, ack.Id, ack.Number("count")));
        var members = ack.Data.GetProperty("members").EnumerateArray()
            .ToDictionary(member => member.GetProperty("user").GetString()!, member => member.GetProperty("handles").EnumerateArray().Select(handle => handle.GetUInt32()).Order());
        Assert.Equal(new[] { first.Handle, second.Handle }.Order(), members["zoë"]);
        Assert.Equal([bob.Handle], members["bob"]);
    }

    [Fact]
    public void Members_gives_at_most_the_limit_and_the_whole_count()
    {
        using var gateway = new TestGateway();
        var clients = Enumerable.Range(0, 5).Select(i => gateway.ConnectTo("lobby", $"user{i}")).ToArray();

        var ack = clients[0].Send("room", "members", """{"limit":2}""").NextEnvelope();

        Assert.Equal((5L, 2), (ack.Number("count"), ack.Data.GetProperty("members").GetArrayLength()));
    }

    [Theory]
    [InlineData("members", """{"limit":0}""")]
    [InlineData("members", """{"limit":1001}""")]
    [InlineData("members", """{"limit":"2"}""")]
    [InlineData("members", """{"limit":1.5}""")]
    [InlineData("join", """{"active":1}""")]
    [InlineData("join", """{"active":"true"}""")]
    [InlineData("nonsense", null)]
    public void Wrong_input_is_refused(string type, string? data)
    {
        using var gateway = new TestGateway();

        Assert.Equal("BAD_REQUEST", gateway.ConnectTo("lobby", "alice").Send("room", type, data, "lobby").NextEnvelope().Code);
    }

    [Fact]
    public void Join_and_activate_need_a_room()
    {
        using var gateway = new TestGateway();
        var alice = Ready(gateway, "alice");

        Assert.Equal("BAD_REQUEST", alice.Send("room", "join").NextEnvelope().Code);
        Assert.Equal("BAD_REQUEST", alice.Send("room", "activate").NextEnvelope().Code);
    }

    [Fact]
    public void List_says_which_room_is_active()
    {
        using var gateway = new TestGateway();
        var alice = Ready(gateway, "alice").Join("a").Join("b");
        alice.ReadAll();

        var rooms = alice.Send("room", "list").NextEnvelope().Data.GetProperty("rooms").EnumerateArray()
            .Select(room => (room.GetProperty("room").GetString(), room.GetProperty("active").GetBoolean(), room.GetProperty("members").GetInt32()));

        Assert.Equal([("a", false, 1), ("b", true, 1)], rooms);
    }

    [Fact]
    public void More_rooms_than_are_searched_in_a_line_are_all_found()
    {
        using var gateway = new TestGateway();
        var alice = Ready(gateway, "alice");
        for (var i = 0; i < 40; i++)
        {
            alice.Join($"räum{i}", active: false);
        }

        alice.ReadAll();
        for (var i = 0; i < 40; i++)
        {
            Assert.Equal($"räum{i}", alice.Send("chat", "send", """{"msg":"x"}""", $"räum{i}").NextEnvelope().Room);
            Assert.Equal("sys.left", alice.Leave($"räum{i}").NextEnvelope().Name);
            Assert.Equal("NOT_IN_ROOM", alice.Leave($"räum{i}").NextEnvelope().Code);
        }

        Assert.Equal(0, gateway.Tenant.Registry.RoomCount);
    }

    [Fact]
    public void A_room_goes_with_its_last_member_and_comes_back_as_another()
    {
        using var gateway = new TestGateway(shards: 2);
        var alice = gateway.ConnectTo("lobby", "alice");
        var bob = gateway.ConnectTo("lobby", "bob");
        var handle = alice.Session.ActiveRoom!.Handle;

        alice.Leave();
        Assert.Equal(1, gateway.Tenant.Registry.RoomCount);
        bob.Vanish();
        Assert.Equal(0, gateway.Tenant.Registry.RoomCount);

        alice.Join("lobby");
        Assert.NotEqual(handle, alice.Session.ActiveRoom!.Handle);
        Assert.Equal(1, alice.Session.ActiveRoom.UserCount);
    }

    [Fact]
    public void Rooms_total_is_bounded_at_the_limit_and_one_past()
    {
        using var gateway = Limited(new LimitsConfig { MaxRoomsTotal = 2 });
        var (alice, bob) = (Ready(gateway, "alice"), Ready(gateway, "bob"));

        Assert.Equal(["sys.joined", "sys.joined", "sys.error"], alice.Join("a").Join("b").Join("c").ReadEnvelopes().Select(envelope => envelope.Name));
        Assert.Equal("sys.joined", bob.Join("a").NextEnvelope().Name);
        Assert.Equal("RESOURCE_EXHAUSTED", bob.Join("c").NextEnvelope().Code);
        alice.Leave("b");
        Assert.Equal("sys.joined", bob.Join("c").NextEnvelope().Name);
    }

    [Fact]
    public void Users_per_room_are_bounded_and_a_second_session_is_no_second_user()
    {
        using var gateway = Limited(new LimitsConfig { MaxUsersPerRoom = 2 });
        var alice = gateway.ConnectTo("lobby", "alice");
        gateway.ConnectTo("lobby", "bob");
        var carol = Ready(gateway, "carol");

        Assert.Equal("RESOURCE_EXHAUSTED", carol.Join("lobby").NextEnvelope().Code);
        var second = Ready(gateway, "alice").Join("lobby").NextEnvelope();
        Assert.Equal(("sys.joined", 2L), (second.Name, second.Number("members")));
        alice.Vanish();
        Assert.Equal("RESOURCE_EXHAUSTED", carol.Join("lobby").NextEnvelope().Code);
        gateway.Clients.Last().Vanish();
        Assert.Equal("sys.joined", carol.Join("lobby").NextEnvelope().Name);
    }

    [Fact]
    public void Rooms_per_user_are_bounded_over_all_of_the_users_sessions()
    {
        using var gateway = Limited(new LimitsConfig { MaxRoomsPerUser = 2 });
        var first = Ready(gateway, "alice").Join("a");
        var second = Ready(gateway, "alice");

        Assert.Equal("sys.joined", second.Join("a").NextEnvelope().Name);
        Assert.Equal("sys.joined", second.Join("b").NextEnvelope().Name);
        Assert.Equal("RESOURCE_EXHAUSTED", second.Join("c").NextEnvelope().Code);
        first.Leave("a");
        Assert.Equal("RESOURCE_EXHAUSTED", second.Join("c").NextEnvelope().Code);
        second.Leave("a");
        second.ReadAll();
        Assert.Equal("sys.joined", second.Join("c").NextEnvelope().Name);
    }

    [Fact]
    public void A_broadcast_reaches_each_member_on_each_shard_once() => Seeds.CheckSeeds(20, seed =>
    {
        using var gateway = new TestGateway(shards: 4, seed: seed);
        var members = Enumerable.Range(0, 30).Select(i => gateway.ConnectTo("lobby", $"user{i % 20}")).ToArray();
        var stranger = gateway.ConnectTo("other", "stranger");
        foreach (var member in members)
        {
            member.ReadAll();
        }

        members[seed].Send("chat", "send", """{"msg":"all"}""");
        members[seed].Send("chat", "typing");
        members[seed].SendHot(1, 1, 42);

        foreach (var member in members)
        {
            var frames = member.ReadAll();
            Assert.Equal(member == members[seed] ? 1 : 3, frames.Count);
        }

        Assert.Empty(stranger.ReadAll());
    });

    [Fact]
    public void Receivers_elsewhere_get_the_room_field_and_receivers_in_their_active_room_do_not()
    {
        using var gateway = new TestGateway(shards: 2);
        var alice = gateway.ConnectTo("arena", "alice");
        var here = gateway.ConnectTo("arena", "here");
        var elsewhere = gateway.Connect("elsewhere").Join("arena").Join("lobby");
        var nowhere = gateway.Connect("nowhere").Join("arena", active: false);
        elsewhere.ReadAll();
        nowhere.ReadAll();
        var room = alice.Session.ActiveRoom!.Handle;

        alice.SendHot(new HotFrame { SvcId = 1, Opcode = 3, Flags = HotFlags.Seq | HotFlags.Key | HotFlags.Ack, Seq = 7, Key = 8, Payload = [9] });

        var plain = new ReceivedHot(1, 3, HotFlags.Seq | HotFlags.Key | HotFlags.Sender, 7, 8, alice.Handle, 0, [9]);
        AssertFrame(plain, here.NextHot());
        AssertFrame(plain with { Flags = plain.Flags | HotFlags.Room, Room = room }, elsewhere.NextHot());
        AssertFrame(plain with { Flags = plain.Flags | HotFlags.Room, Room = room }, nowhere.NextHot());
    }

    [Fact]
    public void The_room_field_sends_to_a_room_that_is_not_active()
    {
        using var gateway = new TestGateway();
        var bob = gateway.ConnectTo("a", "bob");
        var alice = gateway.Connect("alice").Join("a").Join("b");
        var handle = bob.Session.ActiveRoom!.Handle;

        alice.SendHot(new HotFrame { SvcId = 1, Opcode = 1, Flags = HotFlags.Room, Room = handle, Payload = [1] });

        AssertFrame(new ReceivedHot(1, 1, HotFlags.Sender, 0, 0, alice.Handle, 0, [1]), bob.NextHot());
    }

    [Fact]
    public void The_room_field_of_a_room_one_is_not_in_is_refused()
    {
        using var gateway = new TestGateway();
        var bob = gateway.ConnectTo("a", "bob");
        var alice = gateway.ConnectTo("b", "alice");

        alice.SendHot(new HotFrame { SvcId = 1, Opcode = 1, Flags = HotFlags.Room, Room = bob.Session.ActiveRoom!.Handle });

        Assert.Equal("NOT_IN_ROOM", alice.NextEnvelope().Code);
        Assert.Empty(bob.ReadAll());
    }

    [Fact]
    public void A_member_that_ends_during_a_broadcast_disturbs_nobody() => Seeds.Check(30, random =>
    {
        using var gateway = new TestGateway(shards: random.Next(1, 4), tenant: tenant => tenant with
        {
            Limits = new LimitsConfig { Outbound = new OutboundConfig { ExtMessages = 1 } },
        });
        var members = Enumerable.Range(0, 20).Select(i => gateway.ConnectTo("lobby", $"user{i}")).ToArray();
        var slow = members.Skip(1).Where(_ => random.Next(3) == 0).ToArray();
        foreach (var member in slow)
        {
            member.Stall();
        }

        foreach (var member in members)
        {
            member.ReadAll();
        }

        members[0].Send("chat", "send", """{"msg":"1"}""").Send("chat", "send", """{"msg":"2"}""").Send("chat", "send", """{"msg":"3"}""");

        Assert.All(slow, member => Assert.True(member.Session.HasEnded));
        Assert.All(members.Except(slow), member => Assert.Equal(["1", "2", "3"], member.ReadEnvelopes().Select(envelope => envelope.String("msg"))));
        Assert.Equal(20 - slow.Length, members[0].Session.ActiveRoom!.UserCount);
    });

    [Fact]
    public async Task Limits_hold_under_parallel_shards()
    {
        using var gateway = new TestGateway(shards: 4, tenant: tenant => tenant with
        {
            Limits = new LimitsConfig { MaxRoomsTotal = 5, MaxUsersPerRoom = 3, MaxRoomsPerUser = 2 },
        });
        var clients = Enumerable.Range(0, 24).Select(i => gateway.Connect($"user{i % 12}")).ToArray();
        gateway.RunsAtOnce = false;
        for (var round = 0; round < 40; round++)
        {
            foreach (var client in clients)
            {
                var room = $"room{Random.Shared.Next(8)}";
                _ = Random.Shared.Next(3) == 0 ? client.Leave(room) : client.Join(room);
            }

            await Task.WhenAll(gateway.Node.Shards.Select(shard => Task.Run(() =>
            {
                while (shard.HasWork)
                {
                    shard.RunPass();
                }
            })));
            gateway.RunUntilIdle();

            var rooms = clients.SelectMany(client => Memberships(client).Select(room => (client.User, Room: room))).Distinct().ToArray();
            Assert.InRange(gateway.Tenant.Registry.RoomCount, 0, 5);
            Assert.Equal(rooms.Select(entry => entry.Room).Distinct().Count(), gateway.Tenant.Registry.RoomCount);
            Assert.All(rooms.GroupBy(entry => entry.Room), group => Assert.InRange(group.Count(), 1, 3));
            Assert.All(rooms.GroupBy(entry => entry.User), group => Assert.InRange(group.Count(), 1, 2));
        }

        foreach (var client in clients)
        {
            client.Vanish();
        }

        gateway.RunUntilIdle();
        Assert.Equal((0, 0, 0), (gateway.Tenant.Registry.RoomCount, gateway.Tenant.Registry.UserCount, gateway.Tenant.Registry.SessionCount));
    }

    [Theory]
    [InlineData("match:1", true)]
    [InlineData("lobby", true)]
    [InlineData("lobby2", false)]
    [InlineData("other", false)]
    public void The_first_rule_that_matches_a_name_is_the_rooms(string room, bool isReliable)
    {
        using var gateway = new TestGateway(tenant: tenant => tenant with
        {
            Rooms =
            [
                new RoomRuleConfig { Match = "match:*", Hot = new RoomHotConfig { ReliableOpcodes = [7] } },
                new RoomRuleConfig { Match = "match:1", Hot = new RoomHotConfig() },
                new RoomRuleConfig { Match = "lobby", Hot = new RoomHotConfig { ReliableOpcodes = [7] } },
            ],
        });
        var alice = gateway.ConnectTo(room, "alice");
        var bob = gateway.ConnectTo(room, "bob");

        alice.SendHot(1, 7).SendHot(1, 8);

        Assert.Equal(isReliable, bob.NextHot().Flags.HasFlag(HotFlags.Reliable));
        Assert.False(bob.NextHot().Flags.HasFlag(HotFlags.Reliable));
    }

    private static TestGateway Limited(LimitsConfig limits) => new(shards: 2, tenant: tenant => tenant with { Limits = limits });

    private static TestClient Ready(TestGateway gateway, string user)
    {
        var client = gateway.Connect(user);
        client.ReadAll();
        return client;
    }

    private static List<string> Memberships(TestClient client)
    {
        var names = new List<string>();
        foreach (var membership in client.Session.Rooms)
        {
            names.Add(membership.Room.Name);
        }

        return names;
    }

    private static void AssertFrame(ReceivedHot expected, ReceivedHot actual)
    {
        Assert.Equal(expected.Payload, actual.Payload);
        Assert.Equal(expected, actual with { Payload = expected.Payload });
    }
}
