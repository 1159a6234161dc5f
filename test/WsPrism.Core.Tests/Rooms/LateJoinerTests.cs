using WsPrism.Core.Configuration;
using WsPrism.Core.Delivery;
using WsPrism.Core.ServerApi;
using WsPrism.Core.Tests.Delivery;
using WsPrism.Protocol.Hot;

namespace WsPrism.Core.Tests.Rooms;

/// <summary>Who joins gets the latest lossy state of every key of the room: <c>hot.snapshot</c>.</summary>
public sealed class LateJoinerTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Who_joins_gets_the_latest_state_of_every_key_and_then_what_is_newer(int shards)
    {
        using var gateway = Ruled.Gateway(shards: shards);
        var (a, b) = (gateway.ConnectTo("r", "a"), gateway.ConnectTo("r", "b"));
        a.Put(1, 1).Put(2, 2).Put(1, 3);
        b.Put(3, 4);

        for (var i = 0; i < 5; i++)
        {
            var late = gateway.Connect($"late{i}").Join("r");
            var joined = late.Received.ToList().FindIndex(frame => frame.Kind == FrameKind.Text && frame.ToEnvelope().Type == "joined");
            Assert.DoesNotContain(late.Received.Take(joined), frame => frame.Kind == FrameKind.Binary);
            Assert.Equal("1=3 2=2 3=4", late.Got());
            a.Put(2, (byte)(10 + i));
            Assert.Equal($"2={10 + i}", late.Got());
            a.Put(2, 2);
        }

        Frames.AssertBalanced(gateway.Ledger());
        gateway.AssertNothingWaits();
    }

    [Fact]
    public void Nothing_comes_of_other_rooms_nor_to_who_is_a_member_already_nor_reliable_frames()
    {
        using var gateway = Ruled.Gateway(shards: 2);
        var (a, b) = (gateway.ConnectTo("r", "a"), gateway.ConnectTo("s", "b"));
        a.Put(1, 1);
        a.SendHot(new HotFrame { SvcId = 1, Opcode = 1, Flags = HotFlags.Reliable | HotFlags.Key, Key = 9, Payload = new byte[] { 9 } });
        b.Put(2, 2);

        var late = gateway.ConnectTo("t", "late").Join("r");
        Assert.Equal("1=1", late.Got());
        late.Join("r").JoinAt("r", 5).Send("room", "activate", room: "t").Join("t");
        Assert.Equal("", late.Got());
    }

    [Fact]
    public void In_a_room_that_is_not_the_active_one_states_say_where_they_are_from()
    {
        using var gateway = Ruled.Gateway(shards: 3);
        var a = gateway.ConnectTo("r", "a").Put(1, 1);
        var room = a.Session.ActiveRoom!.Handle;

        for (var i = 0; i < 4; i++)
        {
            var late = gateway.ConnectTo("s", $"late{i}").Join("r", active: false);
            Assert.Equal(room, Assert.Single(late.ReadHot()).Room);
        }
    }

    [Fact]
    public void States_without_KEY_are_each_senders_and_only_of_those_who_are_there()
    {
        using var gateway = Ruled.Gateway(shards: 2);
        var clients = Enumerable.Range(0, 4).Select(i => gateway.ConnectTo("r", $"u{i}")).ToArray();
        foreach (var client in clients)
        {
            client.SendHot(1, 1, 7).SendHot(1, 2, 8);
        }

        clients[0].Leave("r");
        clients[1].CloseGracefully();

        var late = gateway.Connect("late").Join("r");
        Assert.Equal(
            clients[2..].SelectMany(client => new[] { (client.Handle, 1), (client.Handle, 2) }).Order(),
            late.ReadHot().Select(frame => (frame.Sender, (int)frame.Opcode)).Order());
    }

    [Fact]
    public void With_ticks_they_come_as_one_BATCH_but_for_what_the_next_tick_brings()
    {
        using var gateway = Ruled.Gateway(new RoomHotConfig { TickHz = 20 });
        var a = gateway.ConnectTo("r", "a").Put(1, 1).Put(2, 2);
        gateway.Advance(50);
        a.Put(2, 3);

        var late = gateway.Connect("late").Join("r");
        Assert.Equal("[1=1]", late.GotFrames());
        gateway.Advance(50);
        Assert.Equal("[2=3]", late.GotFrames());
        gateway.AssertNothingWaits();
    }

    [Fact]
    public void With_ticks_the_first_of_a_shard_gets_them_with_its_next_tick()
    {
        using var gateway = Ruled.Gateway(new RoomHotConfig { TickHz = 20 }, shards: 4);
        gateway.ConnectTo("r", "a").Put(1, 1).Put(2, 2);
        gateway.Advance(50);

        for (var i = 0; i < 4; i++)
        {
            var late = gateway.Connect($"late{i}").Join("r");
            gateway.Advance(50);
            Assert.Equal("[1=1 2=2]", late.GotFrames());
        }

        gateway.AssertNothingWaits();
    }

    [Fact]
    public void What_no_batch_can_take_goes_alone()
    {
        using var gateway = Ruled.Gateway(new RoomHotConfig { TickHz = 20 }, maxFrameBytes: 100_000);
        var a = gateway.ConnectTo("r", "a").Put(1, 1);
        var large = new byte[70_000];
        large[0] = 2;
        a.SendHot(new HotFrame { SvcId = 1, Opcode = 1, Flags = HotFlags.Key, Key = 2, Payload = large });
        gateway.Advance(50);

        Assert.Equal("[1=1] 2=2", gateway.Connect("late").Join("r").GotFrames());
        Assert.Equal("[1=1] 2=2", gateway.ConnectTo("s", "other").Join("r", active: false).GotFrames());
    }

    [Fact]
    public void What_is_past_its_time_to_live_does_not_come()
    {
        using var gateway = Ruled.Gateway(new RoomHotConfig { TtlMs = 500 }, shards: 2);
        var a = gateway.ConnectTo("r", "a").Put(1, 1);
        gateway.Advance(100);
        a.Put(2, 2);
        gateway.Advance(400);

        // One that is exactly so old is good.
        Assert.Equal("1=1 2=2", gateway.Connect("l1").Join("r").Got());
        gateway.Advance(1);
        Assert.Equal("2=2", gateway.Connect("l2").Join("r").Got());
        gateway.Advance(1_000);
        Assert.Equal("", gateway.Connect("l3").Join("r").Got());
    }

    [Fact]
    public void They_count_for_the_pace_that_follows()
    {
        using var gateway = Ruled.Gateway(new RoomHotConfig { MaxHz = 10 });
        var a = gateway.ConnectTo("r", "a").Put(1, 1);
        var late = gateway.Connect("late").JoinAt("r", 5);
        Assert.Equal("1=1", late.Got());

        a.Put(1, 2);
        gateway.Advance(199);
        Assert.Equal("", late.Got());
        gateway.Advance(1);
        Assert.Equal("1=2", late.Got());
    }

    [Fact]
    public void No_more_keys_come_than_hot_max_keys()
    {
        using var gateway = Ruled.Gateway(outbound: new OutboundConfig { HotMaxKeys = 3 }, shards: 2);
        var a = gateway.ConnectTo("r", "a").Put(1, 1).Put(2, 2).Put(3, 3);
        Assert.Equal("1=1 2=2 3=3", gateway.Connect("l1").Join("r").Got());

        a.Put(4, 4).Put(2, 5);
        Assert.Equal("2=5 3=3 4=4", gateway.Connect("l2").Join("r").Got());
    }

    [Fact]
    public void Without_snapshot_nothing_comes_and_a_reload_changes_that()
    {
        using var gateway = Ruled.Gateway(new RoomHotConfig { Snapshot = false }, shards: 2);
        var a = gateway.ConnectTo("r", "a").Put(1, 1);
        Assert.Equal("", gateway.Connect("l1").Join("r").Got());

        gateway.ReloadTenant(tenant => tenant with { Rooms = [] });
        a.Put(2, 2);
        Assert.Equal("2=2", gateway.Connect("l2").Join("r").Got());
    }

    [Fact]
    public void They_go_with_the_rooms_last_member()
    {
        using var gateway = Ruled.Gateway(shards: 2);
        var (a, b) = (gateway.ConnectTo("r", "a").Put(1, 1), gateway.ConnectTo("r", "b"));
        var room = gateway.Tenant.Registry.FindRoom("r")!;
        a.Leave("r");
        Assert.Equal("1=1", gateway.Connect("late").Join("r").Got().Split(' ')[^1]);
        foreach (var client in gateway.Clients)
        {
            client.Leave("r");
        }

        Assert.All(room.Slices, slice => Assert.Null(slice.Latest));
        Assert.Equal("", b.Join("r").Got());
    }

    [Fact]
    public void A_slow_joiner_gets_the_newest_when_it_reads()
    {
        using var gateway = Ruled.Gateway(shards: 2);
        var a = gateway.ConnectTo("r", "a").Put(1, 1).Put(2, 1);
        var late = gateway.Connect("late").Stall().Join("r");
        a.Put(1, 2);
        late.Grant();

        Assert.Equal("1=2 2=1", late.Got());
        Frames.AssertBalanced(gateway.Ledger());
    }

    [Fact]
    public void A_shard_that_loses_its_last_member_hands_what_it_knows_to_who_waits_for_it()
    {
        using var gateway = Ruled.Gateway(shards: 2);
        var a = gateway.ConnectTo("r", "a").Put(1, 1);
        var late = gateway.Connect("late");
        Assert.NotEqual(a.Session.Shard, late.Session.Shard);
        gateway.RunsAtOnce = false;

        // Asked, but gone before the question is heard.
        late.Join("r");
        late.Session.Shard.RunPass();
        a.Session.Shard.Post(() => { });
        a.Session.Leave(a.Session.Rooms.Find("r"u8)!);
        gateway.RunUntilIdle();

        Assert.Equal("1=1", string.Join(' ', late.ReadStates().Where(state => state.Payload.Length > 0).Select(state => $"{state.Key}={state.Payload[0]}")));
    }

    [Fact]
    public void What_had_gone_past_a_shard_when_its_first_member_joined_is_passed_on()
    {
        using var gateway = Ruled.Gateway(shards: 3);
        var a = gateway.ConnectTo("r", "a").Put(1, 1);
        var room = a.Session.ActiveRoom!;
        var publisher = new ServerPublisher(gateway.Node.Shards);

        // As a thread does it that looked who is there before these joined, and puts it into the mailbox when they have their answers.
        var slow = publisher.Encode(room, new HotFrame { SvcId = 1, Opcode = 1, Flags = HotFlags.Key, Key = 2, Payload = new byte[] { 2 } }, except: null);
        var late = Enumerable.Range(0, 5).Select(i => gateway.Connect($"late{i}").Join("r")).ToArray();
        Assert.All(late, client => Assert.Equal("1=1", client.Got()));
        a.Session.Shard.Post(slow);
        gateway.RunUntilIdle();

        Assert.All(late.Where(client => client.Session.Shard != a.Session.Shard), client => Assert.Equal("2=2", client.Got()));
        Assert.Equal("2=2", a.Got());
        Assert.Equal("1=1 2=2", gateway.Connect("last").Join("r").Got());
    }

    [Fact]
    public void What_comes_by_two_ways_comes_once()
    {
        using var gateway = Ruled.Gateway(shards: 2);
        var a = gateway.ConnectTo("r", "a").Put(1, 1);
        var publisher = new ServerPublisher(gateway.Node.Shards);
        var frame = publisher.Encode(a.Session.ActiveRoom!, new HotFrame { SvcId = 1, Opcode = 1, Flags = HotFlags.Key, Key = 2, Payload = new byte[] { 2 } }, except: null);
        var late = gateway.Connect("late").Join("r");
        Assert.NotEqual(a.Session.Shard, late.Session.Shard);

        publisher.Post(frame);
        gateway.RunUntilIdle();

        Assert.Equal("1=1 2=2", late.Got());
    }
}
