using WsPrism.Core.Configuration;
using WsPrism.Protocol.Hot;

namespace WsPrism.Core.Tests.Rooms;

/// <summary><c>hot.tick_hz</c>: one BATCH a tick with the latest state of every key that changed.</summary>
public sealed class TickTests
{
    private static readonly RoomHotConfig Twenty = new() { TickHz = 20 };

    [Fact]
    public void Every_member_gets_one_batch_a_tick_with_the_latest_state_of_every_key()
    {
        using var gateway = Ruled.Gateway(Twenty);
        var (a, b) = (gateway.ConnectTo("r", "a"), gateway.ConnectTo("r", "b"));
        var outsider = gateway.ConnectTo("s", "c");

        a.Put(7, 1).Put(8, 1).Put(7, 2);
        gateway.Advance(49);
        Assert.Equal("", b.GotFrames());
        gateway.Advance(1);

        // The sender gets its own states too: one encoding serves the room.
        Assert.Equal("[7=2 8=1]", b.GotFrames());
        Assert.Equal("[7=2 8=1]", a.GotFrames());
        Assert.Equal("", outsider.GotFrames());
        Assert.Equal("3 2 1 0 0 0 0", b.Session.Lossy());
        gateway.AssertNothingWaits();
    }

    [Fact]
    public void A_batch_is_laid_out_as_the_vector_says()
    {
        using var gateway = Ruled.Gateway(Twenty);
        var (a, b, c) = (gateway.ConnectTo("r", "a"), gateway.ConnectTo("r", "b"), gateway.ConnectTo("s", "c"));
        c.Join("r", active: false);
        var room = c.Session.Rooms.Find("r"u8)!.Room.Handle;
        c.ReadAll();

        a.SendHot(1, 1, "aa"u8.ToArray());
        b.SendHot(1, 1, "bbb"u8.ToArray());
        gateway.Advance(50);

        var (first, second) = (Hex(a.Handle), Hex(b.Handle));
        Assert.Equal($"0101400200090001010{8}{first}61610a00010108{second}626262", Convert.ToHexStringLower(b.Next().Bytes));
        Assert.Equal(
            $"010150{Hex(room)}02000d00010118{first}{Hex(room)}61610e00010118{second}{Hex(room)}626262", Convert.ToHexStringLower(c.Next().Bytes));
    }

    [Fact]
    public void One_state_is_a_batch_of_one()
    {
        using var gateway = Ruled.Gateway(Twenty);
        var a = gateway.ConnectTo("r", "a");

        a.Put(7, 1);
        gateway.Advance(50);

        Assert.Equal("[7=1]", a.GotFrames());
    }

    [Fact]
    public void ROOM_goes_behind_the_other_fields_whatever_they_are()
    {
        using var gateway = Ruled.Gateway(Twenty);
        var (a, b) = (gateway.ConnectTo("r", "a"), gateway.ConnectTo("s", "b").Join("r", active: false));
        b.ReadAll();

        a.SendHot(new HotFrame { SvcId = 1, Opcode = 1, Payload = "plain"u8 });
        a.SendHot(new HotFrame { SvcId = 1, Opcode = 2, Flags = HotFlags.Seq, Seq = 5, Payload = "seq"u8 });
        a.SendHot(new HotFrame { SvcId = 1, Opcode = 3, Flags = HotFlags.Seq | HotFlags.Key, Seq = 6, Key = 9 });
        gateway.Advance(50);

        var room = a.Session.ActiveRoom!.Handle;
        Assert.All(b.States, state => Assert.Equal((a.Handle, room), (state.Sender, state.Room)));
        Assert.Equal([(0u, 0u, 5), (5u, 0u, 3), (6u, 9u, 0)], b.States.Select(state => (state.Seq, state.Key, state.Payload.Length)));
        Assert.All(a.States, state => Assert.Equal(0u, state.Room));
    }

    [Fact]
    public void Reliable_frames_go_at_once()
    {
        using var gateway = Ruled.Gateway(Twenty with { ReliableOpcodes = [9] });
        var (a, b) = (gateway.ConnectTo("r", "a"), gateway.ConnectTo("r", "b"));

        a.Put(7, 1).SendHot(1, 9, 2).SendHot(new HotFrame { SvcId = 1, Opcode = 1, Flags = HotFlags.Reliable, Payload = new byte[] { 3 } });

        Assert.Equal("0=2 0=3", b.GotFrames());
        Assert.Equal("", a.GotFrames());
        gateway.Advance(50);
        Assert.Equal("[7=1]", b.GotFrames());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    [InlineData(64)]
    [InlineData(240)]
    public void The_rate_is_exact_over_a_second_and_no_timer_runs_while_nothing_changes(int hz)
    {
        using var gateway = Ruled.Gateway(new RoomHotConfig { TickHz = hz });
        var (a, b) = (gateway.ConnectTo("r", "a"), gateway.ConnectTo("r", "b"));
        Assert.Equal(0, gateway.Node.Shards[0].Ticks.Count);

        for (var second = 0; second < 3; second++)
        {
            for (var ms = 0; ms < 1_000; ms++)
            {
                a.Put(1, (byte)ms);
                gateway.Advance(1);
            }

            Assert.Equal(hz, b.ReadHot().Count);
        }

        gateway.Advance(2_000);
        b.ReadAll();
        gateway.AssertNothingWaits();
        gateway.Advance(2_000);
        Assert.Empty(b.ReadAll());
    }

    [Fact]
    public void A_receiver_that_is_behind_gets_the_merge_in_the_order_of_first_pending()
    {
        using var gateway = Ruled.Gateway(Twenty);
        var (a, b) = (gateway.ConnectTo("r", "a"), gateway.ConnectTo("r", "b"));
        b.Stall();

        a.Put(1, 1).Put(2, 1);
        gateway.Advance(50);
        a.Put(3, 2).Put(1, 2);
        gateway.Advance(50);
        a.Put(2, 3);
        gateway.Advance(50);
        Assert.Equal("5 0 2 0 0 0 3", b.Session.Lossy());
        b.Grant();

        Assert.Equal("[1=2 2=3 3=2]", b.GotFrames());
        Assert.Equal("5 3 2 0 0 0 0", b.Session.Lossy());
        Assert.Equal("[1=1 2=1] [3=2 1=2] [2=3]", a.GotFrames());
    }

    [Fact]
    public void A_merge_has_the_view_of_the_newer_batch()
    {
        using var gateway = Ruled.Gateway(Twenty);
        var (a, b) = (gateway.ConnectTo("r", "a"), gateway.ConnectTo("r", "b"));
        b.Stall();

        a.Put(1, 1);
        gateway.Advance(50);
        b.Join("s");
        a.Put(2, 2);
        gateway.Advance(50);
        b.Grant();

        Assert.Equal("[1=1 2=2]", b.GotFrames());
        Assert.All(b.States, state => Assert.Equal(a.Session.ActiveRoom!.Handle, state.Room));
    }

    [Fact]
    public void What_is_held_and_what_is_merged_is_bounded_by_hot_max_keys_and_the_oldest_goes()
    {
        using var gateway = Ruled.Gateway(Twenty, new OutboundConfig { HotMaxKeys = 3 });
        var (a, b) = (gateway.ConnectTo("r", "a"), gateway.ConnectTo("r", "b"));
        b.Stall();

        a.Put(1, 1).Put(2, 1).Put(3, 1);
        Assert.Equal("3 0 0 0 0 0 3", b.Session.Lossy());
        a.Put(4, 1);
        Assert.Equal("4 0 0 0 1 0 3", b.Session.Lossy());
        gateway.Advance(50);
        a.Put(5, 1).Put(2, 2);
        gateway.Advance(50);
        b.Grant();

        Assert.Equal("[3=1 4=1 5=1]", b.GotFrames().Replace("2=2 ", "", StringComparison.Ordinal));
        Assert.Equal("[2=1 3=1 4=1] [5=1 2=2]", a.GotFrames());
    }

    [Fact]
    public void Who_leaves_gets_nothing_that_was_held_and_who_joins_gets_it()
    {
        using var gateway = Ruled.Gateway(Twenty);
        var (a, b) = (gateway.ConnectTo("r", "a"), gateway.ConnectTo("r", "b"));

        a.Put(1, 1).Put(2, 1).Put(1, 2);
        b.Leave("r");
        var c = gateway.ConnectTo("r", "c");
        Assert.Equal("3 0 1 0 0 2 0", b.Session.Lossy());
        Assert.Equal("2 0 0 0 0 0 2", c.Session.Lossy());
        a.Put(2, 3);
        gateway.Advance(50);

        Assert.Equal("", b.GotFrames());
        Assert.Equal("[1=2 2=3]", c.GotFrames());
        Assert.Equal("3 2 1 0 0 0 0", c.Session.Lossy());
        Assert.Equal("10 4 4 0 0 2 0", Ruled.Lossy(gateway.Ledger()));
    }

    [Fact]
    public void Who_leaves_does_not_get_a_batch_that_waits_in_its_queue()
    {
        using var gateway = Ruled.Gateway(Twenty);
        var (a, b) = (gateway.ConnectTo("r", "a"), gateway.ConnectTo("r", "b"));
        b.Stall();
        a.Put(1, 1);
        gateway.Advance(50);

        b.Leave("r").Grant();

        Assert.Equal("", b.GotFrames());
        Assert.Equal("1 0 0 0 0 1 0", b.Session.Lossy());
    }

    [Fact]
    public void When_the_last_member_leaves_nothing_is_held_any_more()
    {
        using var gateway = Ruled.Gateway(Twenty);
        var a = gateway.ConnectTo("r", "a");

        a.Put(1, 1).Put(2, 1).Leave("r");

        gateway.AssertNothingWaits();
        gateway.Advance(100);
        Assert.Equal("", a.GotFrames());
        a.Join("r").Put(3, 1);
        gateway.Advance(50);
        Assert.Equal("[3=1]", a.GotFrames());
        Assert.Equal("3 1 0 0 0 2 0", a.Session.Lossy());
    }

    [Fact]
    public void A_member_that_vanishes_between_publish_and_tick_leaves_the_ledger_exact()
    {
        using var gateway = Ruled.Gateway(Twenty, shards: 2);
        var clients = Enumerable.Range(0, 6).Select(i => gateway.ConnectTo("r", $"u{i}")).ToArray();

        clients[0].Put(1, 1).Put(2, 2);
        clients[3].Vanish();
        clients[1].Vanish();
        gateway.Advance(50);

        Assert.Equal("2 0 0 0 0 2 0", clients[3].Session.Lossy());
        Assert.Equal("12 8 0 0 0 4 0", Ruled.Lossy(gateway.Ledger()));
    }

    [Theory]
    [InlineData(65_519, true)]
    [InlineData(65_524, true)]
    [InlineData(65_525, false)]
    [InlineData(70_000, false)]
    public void A_state_too_long_for_a_batch_goes_at_the_tick_as_an_ordinary_frame(int payload, bool isInBatch)
    {
        using var gateway = Ruled.Gateway(Twenty, maxFrameBytes: 100_000);
        var (a, b) = (gateway.ConnectTo("r", "a"), gateway.ConnectTo("s", "b").Join("r", active: false));
        b.ReadAll();

        a.Put(1, 1).SendHot(new HotFrame { SvcId = 1, Opcode = 1, Payload = new byte[payload] });
        gateway.Advance(49);
        Assert.Equal("", a.GotFrames());
        gateway.Advance(1);

        Assert.Equal(isInBatch ? "[1=1 0=0]" : "[1=1] 0=0", a.GotFrames());
        Assert.Equal(isInBatch ? "[1=1 0=0]" : "[1=1] 0=0", b.GotFrames());
        Assert.All(b.States, state => Assert.Equal(a.Session.ActiveRoom!.Handle, state.Room));
        Assert.Equal(payload, b.States.Last().Payload.Length);
        Assert.Equal("2 2 0 0 0 0 0", b.Session.Lossy());
    }

    [Fact]
    public void A_key_whose_states_are_now_too_long_and_now_not_ends_with_the_newest()
    {
        using var gateway = Ruled.Gateway(Twenty, maxFrameBytes: 100_000);
        var (a, b) = (gateway.ConnectTo("r", "a"), gateway.ConnectTo("r", "b"));
        b.Stall();
        var lengths = new[] { 10, 70_000, 20, 80_000, 90_000, 30 };

        foreach (var length in lengths)
        {
            a.SendHot(new HotFrame { SvcId = 1, Opcode = 1, Payload = new byte[length] });
            gateway.Advance(50);
        }

        b.Grant();

        Assert.Equal([30], b.States.Select(state => state.Payload.Length));
        Assert.Equal(lengths, a.States.Select(state => state.Payload.Length));
        Assert.Equal("6 1 5 0 0 0 0", b.Session.Lossy());
    }

    [Fact]
    public void Ticks_of_all_shards_serve_their_own_members()
    {
        using var gateway = Ruled.Gateway(Twenty, shards: 3);
        var clients = Enumerable.Range(0, 9).Select(i => gateway.ConnectTo("r", $"u{i}")).ToArray();

        clients[0].Put(1, 1);
        clients[4].Put(2, 2);
        gateway.Advance(50);

        Assert.All(clients, client => Assert.Equal("[1=1 2=2]", client.GotFrames()));
        gateway.AssertNothingWaits();
    }

    private static string Hex(uint value) => Convert.ToHexStringLower(BitConverter.GetBytes(value));
}
