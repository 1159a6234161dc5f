using WsPrism.Core.Configuration;
using WsPrism.Core.Delivery;
using WsPrism.Core.Sessions;
using WsPrism.Core.Tests.Delivery;
using WsPrism.Testing;

namespace WsPrism.Core.Tests.Rooms;

/// <summary>A member of the game that leaves is told to the others: <c>hot.leave_opcode</c>.</summary>
public sealed class DepartureTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void The_others_get_an_empty_reliable_frame_with_its_handle(int shards)
    {
        using var gateway = Ruled.Gateway(shards: shards);
        var a = gateway.ConnectTo("r", "a");
        var others = Enumerable.Range(0, 4).Select(i => gateway.ConnectTo("r", $"o{i}")).ToArray();
        var elsewhere = gateway.ConnectTo("r", "e").Join("s");
        var outsider = gateway.ConnectTo("s", "x");
        a.SendHot(1, 1, 1);
        Pass(gateway);

        a.Leave("r");

        Assert.All(others, other => Assert.Equal($"01ff28{Hex(a.Handle)}", Convert.ToHexStringLower(Assert.Single(other.ReadAll()).Bytes)));
        var room = others[0].Session.ActiveRoom!.Handle;
        Assert.Equal($"01ff38{Hex(a.Handle)}{Hex(room)}", Convert.ToHexStringLower(Assert.Single(elsewhere.ReadAll()).Bytes));
        Assert.Empty(outsider.ReadAll());
        Assert.Equal("left", Assert.Single(a.ReadEnvelopes()).Type);
    }

    [Theory]
    [InlineData("close")]
    [InlineData("vanish")]
    [InlineData("kick")]
    [InlineData("fault")]
    public void However_it_leaves(string how)
    {
        using var gateway = Ruled.Gateway(shards: 2);
        var (a, b) = (gateway.ConnectTo("r", "a"), gateway.ConnectTo("r", "b"));
        a.SendHot(1, 1, 1);
        b.ReadAll();
        switch (how)
        {
            case "close":
                a.CloseGracefully();
                break;
            case "vanish":
                a.Vanish();
                break;
            case "kick":
                a.Session.Shard.Post(() => a.Session.Kick("test"));
                break;
            default:
                a.Session.Shard.Post(() => a.Session.End(EndReason.InternalError));
                break;
        }

        gateway.RunUntilIdle();
        Assert.Equal((a.Handle, (byte)255), Assert.Single(b.ReadHot()) is var frame ? (frame.Sender, frame.Opcode) : default);
    }

    [Fact]
    public void A_session_that_may_come_back_has_not_left_until_its_time_is_over()
    {
        using var gateway = new TestGateway(shards: 2, tenant: tenant => tenant with { Resume = new ResumeConfig { WindowMs = 5_000 } });
        var (a, b) = (gateway.ConnectTo("r", "a"), gateway.ConnectTo("r", "b"));
        a.SendHot(1, 1, 1);
        b.ReadAll();
        a.Vanish();
        gateway.Advance(4_000);
        Assert.Empty(b.ReadHot());
        a = gateway.Resume(a);
        Assert.Empty(b.ReadHot());

        a.Vanish();
        gateway.Advance(6_000);
        Assert.Equal(a.Handle, Assert.Single(b.ReadHot()).Sender);
    }

    [Fact]
    public void Who_has_not_played_is_not_told_of_nor_where_the_rule_is_off()
    {
        using var gateway = Ruled.Gateway(new RoomHotConfig { LeaveOpcode = -1 });
        var (a, b, c) = (gateway.ConnectTo("r", "a"), gateway.ConnectTo("r", "b"), gateway.ConnectTo("s", "c").Join("r"));
        var d = gateway.ConnectTo("s", "d");
        a.SendHot(1, 1, 1);
        b.ReadAll();
        a.CloseGracefully();
        Assert.Empty(b.ReadHot());

        // In the other room it said nothing.
        c.SendHot(1, 1, 1);
        c.Send("game", "input", "{}", room: "s");
        Pass(gateway);
        c.CloseGracefully();
        Assert.Empty(d.ReadHot());
    }

    [Fact]
    public void The_rule_names_the_opcode_and_the_last_frame_the_svc_id()
    {
        using var gateway = new TestGateway(tenant: tenant => tenant with
        {
            Policy = tenant.Policy with { HotAllowlist = ["1:*", "9:*"] },
            Services = tenant.Services with { Hot = new Dictionary<int, string> { [1] = "game", [9] = "game" } },
            Rooms = [new RoomRuleConfig { Match = "r", Hot = new RoomHotConfig { LeaveOpcode = 0 } }],
        });
        var (a, b) = (gateway.ConnectTo("r", "a"), gateway.ConnectTo("r", "b"));
        a.SendHot(1, 1, 1).SendHot(9, 1, 1);
        b.ReadAll();
        a.Leave();

        Assert.Equal((9, 0), Assert.Single(b.ReadHot()) is var frame ? (frame.SvcId, frame.Opcode) : default);
    }

    [Fact]
    public void No_state_of_it_comes_behind_the_notice_to_who_was_slow()
    {
        using var gateway = Ruled.Gateway(shards: 2);
        var (a, b, c) = (gateway.ConnectTo("r", "a"), gateway.ConnectTo("r", "b"), gateway.ConnectTo("r", "c"));
        b.Stall();
        a.SendHot(1, 1, 1).Put(7, 7);
        c.SendHot(1, 1, 2);
        a.Leave("r");
        b.Grant();

        // What has KEY is not the member's.
        Assert.Equal(
            [(a.Handle, 0u, 0), (a.Handle, 7u, 1), (c.Handle, 0u, 1)],
            b.ReadHot().Select(frame => (frame.Sender, frame.Key, frame.Payload.Length)));
        Frames.AssertBalanced(gateway.Ledger());
        Assert.Equal(0, gateway.Ledger().Queued(DeliveryClass.HotLossy));
    }

    [Fact]
    public void What_a_tick_held_of_it_does_not_come()
    {
        using var gateway = Ruled.Gateway(new RoomHotConfig { TickHz = 20 }, shards: 2);
        var (a, b, c) = (gateway.ConnectTo("r", "a"), gateway.ConnectTo("r", "b"), gateway.ConnectTo("r", "c"));
        a.SendHot(1, 1, 1);
        c.SendHot(1, 1, 2);
        a.Leave("r");
        Assert.Equal(a.Handle, Assert.Single(b.ReadHot()).Sender);
        gateway.Advance(50);

        Assert.Equal(c.Handle, Assert.Single(b.ReadStates()).Sender);
        Assert.Equal("2 1 1 0 0 0 0", b.Session.Lossy());
        LedgerProperties.AssertLedgers(gateway);
        gateway.AssertNothingWaits();
    }

    [Fact]
    public void What_it_sends_when_it_is_back_at_once_comes_behind_the_notice()
    {
        using var gateway = Ruled.Gateway(shards: 2);
        var (a, b, c) = (gateway.ConnectTo("r", "a"), gateway.ConnectTo("r", "b"), gateway.ConnectTo("r", "c"));
        a.SendHot(1, 1, 1);
        Pass(gateway);
        gateway.RunsAtOnce = false;
        a.Leave("r").Join("r").SendHot(1, 1, 2);
        gateway.RunUntilIdle();
        gateway.RunsAtOnce = true;

        Assert.All([b, c], other => Assert.Equal([0, 1], other.ReadHot().Select(frame => frame.Payload.Length)));
        Assert.Equal(2, Assert.Single(gateway.Connect("late").Join("r").ReadHot()).Payload[0]);
    }

    private static void Pass(TestGateway gateway)
    {
        foreach (var client in gateway.Clients)
        {
            client.ReadAll();
        }
    }

    private static string Hex(uint value) => Convert.ToHexStringLower(BitConverter.GetBytes(value));
}
