using WsPrism.Core.Configuration;

namespace WsPrism.Core.Tests.Rooms;

/// <summary><c>hot.max_hz</c> and the wish in <c>room.join</c>: how often one receiver gets one key.</summary>
public sealed class PaceTests
{
    private static readonly RoomHotConfig Ten = new() { MaxHz = 10 };

    [Fact]
    public void Between_two_of_a_key_the_latest_state_waits_and_other_keys_do_not()
    {
        using var gateway = Ruled.Gateway(Ten);
        var (a, b) = (gateway.ConnectTo("r", "a"), gateway.ConnectTo("r", "b"));

        a.Put(1, 1).Put(1, 2).Put(2, 1).Put(1, 3);
        Assert.Equal("1=1 2=1", b.Got());
        Assert.Equal("4 2 1 0 0 0 1", b.Session.Lossy());
        gateway.Advance(99);
        Assert.Equal("", b.Got());
        gateway.Advance(1);

        Assert.Equal("1=3", b.Got());
        Assert.Equal("4 3 1 0 0 0 0", b.Session.Lossy());
        gateway.AssertNothingWaits();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(10)]
    [InlineData(60)]
    [InlineData(1_000)]
    public void The_rate_is_kept_over_a_second(int hz)
    {
        using var gateway = Ruled.Gateway(new RoomHotConfig { MaxHz = hz });
        var (a, b) = (gateway.ConnectTo("r", "a"), gateway.ConnectTo("r", "b"));

        for (var ms = 0; ms < 3_000; ms++)
        {
            a.Put(1, (byte)ms);
            gateway.Advance(1);
        }

        // The first goes at once.
        Assert.InRange(b.ReadHot().Count, (3 * hz) - 1, (3 * hz) + 1);
    }

    [Fact]
    public void Reliable_frames_are_not_paced()
    {
        using var gateway = Ruled.Gateway(Ten with { ReliableOpcodes = [9] });
        var (a, b) = (gateway.ConnectTo("r", "a"), gateway.ConnectTo("r", "b"));

        a.SendHot(1, 9, 1).SendHot(1, 9, 2).SendHot(1, 9, 3);

        Assert.Equal("0=1 0=2 0=3", b.Got());
    }

    [Fact]
    public void A_client_may_ask_for_less_and_another_join_changes_it()
    {
        using var gateway = Ruled.Gateway();
        var (a, b, c) = (gateway.ConnectTo("r", "a"), gateway.Connect("b").JoinAt("r", 10), gateway.ConnectTo("r", "c"));

        Assert.Equal("1=1", Both(1));
        gateway.Advance(100);
        Assert.Equal("1=2", b.Got());
        b.Join("r");
        gateway.Advance(200);
        Assert.Equal("1=3", Both(3));
        gateway.Advance(300);
        b.JoinAt("r", 1);
        Assert.Equal("1=4", b.Got());
        a.Put(1, 5).Put(1, 6);
        gateway.Advance(999);
        Assert.Equal("1=5", b.Got());
        gateway.Advance(1);
        Assert.Equal("1=6", b.Got());
        Assert.Equal("1=5 1=6", c.Got());

        // Two states at once: the other member gets both, this one the first.
        string Both(byte first)
        {
            a.Put(1, first).Put(1, (byte)(first + 1));
            Assert.Equal($"1={first} 1={first + 1}", c.Got());
            return b.Got();
        }
    }

    [Theory]
    [InlineData(50, 100)]
    [InlineData(5, 200)]
    public void A_client_never_gets_more_than_the_rule(double wish, int ms)
    {
        using var gateway = Ruled.Gateway(Ten);
        var (a, b) = (gateway.ConnectTo("r", "a"), gateway.Connect("b").JoinAt("r", wish));

        a.Put(1, 1).Put(1, 2);
        gateway.Advance(ms - 1);
        Assert.Equal("1=1", b.Got());
        gateway.Advance(1);
        Assert.Equal("1=2", b.Got());
    }

    [Theory]
    [InlineData("1", true)]
    [InlineData("1.5", true)]
    [InlineData("1e3", true)]
    [InlineData("0.99", false)]
    [InlineData("0", false)]
    [InlineData("-1", false)]
    [InlineData("\"10\"", false)]
    [InlineData("null", false)]
    [InlineData("true", false)]
    [InlineData("[10]", false)]
    [InlineData("1e999", false)]
    public void The_wish_is_a_number_from_1_on(string value, bool isValid)
    {
        using var gateway = Ruled.Gateway(Ten);
        var a = gateway.Connect("a");
        a.ReadAll();

        a.Send("room", "join", $$"""{"max_hz":{{value}}}""", "r", "1");

        var answer = a.NextEnvelope();
        Assert.Equal(isValid ? "sys.joined" : "sys.error", answer.Name);
        Assert.Equal(isValid ? 1 : 0, a.Session.Rooms.Count);
        Assert.True(isValid || answer.Code == "BAD_REQUEST");
    }

    [Fact]
    public void A_wish_costs_other_rooms_and_later_members_nothing()
    {
        using var gateway = Ruled.Gateway();
        var (a, b) = (gateway.ConnectTo("r", "a"), gateway.Connect("b").JoinAt("r", 1));
        var slice = a.Session.Rooms.Last!.Slice;
        Assert.True(slice.ShapesLossy);

        b.JoinAt("r", 2).Leave("r");

        Assert.False(slice.ShapesLossy);
        a.Put(1, 1);
        Assert.Equal("", b.Got());
    }

    [Fact]
    public void Leaving_and_joining_again_gives_no_more()
    {
        using var gateway = Ruled.Gateway(Ten);
        var (a, b) = (gateway.ConnectTo("r", "a"), gateway.ConnectTo("r", "b"));

        a.Put(1, 1).Put(1, 2);
        b.Leave("r");
        Assert.Equal("2 1 0 0 0 1 0", b.Session.Lossy());
        b.Join("r");
        Assert.Equal("3 1 0 0 0 1 1", b.Session.Lossy());
        a.Put(1, 3);
        gateway.Advance(99);
        Assert.Equal("1=1", b.Got());
        gateway.Advance(1);
        Assert.Equal("1=3", b.Got());
    }

    [Fact]
    public void What_waits_ends_with_the_session()
    {
        using var gateway = Ruled.Gateway(Ten);
        var (a, b) = (gateway.ConnectTo("r", "a"), gateway.ConnectTo("r", "b"));

        a.Put(1, 1).Put(1, 2).Put(2, 1).Put(2, 2);
        b.CloseGracefully();

        Assert.Equal("4 2 0 0 0 2 0", b.Session.Lossy());
        gateway.AssertNothingWaits();
    }

    [Fact]
    public void What_waits_is_bounded_by_hot_max_keys_and_the_oldest_goes()
    {
        using var gateway = Ruled.Gateway(Ten, new OutboundConfig { HotMaxKeys = 3 });
        var (a, b) = (gateway.ConnectTo("r", "a"), gateway.ConnectTo("r", "b"));

        a.Put(1, 1).Put(2, 1).Put(3, 1).Put(1, 2).Put(2, 2).Put(3, 2);
        Assert.Equal("1=1 2=1 3=1", b.Got());
        Assert.Equal(3, b.Session.Pacer!.HeldStates);
        a.Put(4, 1);
        Assert.Equal("4=1", b.Got());
        Assert.Equal("7 4 0 0 1 0 2", b.Session.Lossy());
        gateway.Advance(100);

        Assert.Equal("2=2 3=2", b.Got());
        gateway.AssertNothingWaits();
    }

    [Fact]
    public void An_idle_session_gives_its_buffers_back()
    {
        using var gateway = Ruled.Gateway(Ten);
        var (a, b) = (gateway.ConnectTo("r", "a"), gateway.ConnectTo("r", "b"));
        Assert.Null(b.Session.Pacer);

        a.Put(1, 1).Put(1, 2);
        gateway.Advance(100);
        Assert.True(b.Session.Pacer!.HoldsBuffers);
        gateway.Advance(20_000);

        Assert.False(b.Session.Pacer!.HoldsBuffers);
        gateway.AssertNothingWaits();
    }

    [Fact]
    public void With_ticks_a_receivers_batches_come_at_its_own_rate_merged_meanwhile()
    {
        using var gateway = Ruled.Gateway(new RoomHotConfig { TickHz = 20 });
        var (a, b) = (gateway.ConnectTo("r", "a"), gateway.Connect("b").JoinAt("r", 5));
        b.ReadAll();

        for (byte i = 0; i < 8; i++)
        {
            a.Put(i, i).Put(100, i);
            gateway.Advance(50);
        }

        Assert.Equal("[0=0 100=0] [1=1 100=4 2=2 3=3 4=4]", b.GotFrames());
        gateway.Advance(50);
        Assert.Equal("[5=5 100=7 6=6 7=7]", b.GotFrames());
        Assert.Equal(8, a.GotFrames().Split('[').Length - 1);
        gateway.AssertNothingWaits();
        Assert.Equal("16 11 5 0 0 0 0", b.Session.Lossy());
    }

    [Theory]
    [InlineData(20)]
    [InlineData(60)]
    public void Ticks_at_the_rate_of_max_hz_are_not_slowed_down(int hz)
    {
        using var gateway = Ruled.Gateway(new RoomHotConfig { TickHz = hz, MaxHz = hz });
        var (a, b) = (gateway.ConnectTo("r", "a"), gateway.ConnectTo("r", "b"));

        for (var ms = 0; ms < 2_000; ms++)
        {
            a.Put(1, (byte)ms);
            gateway.Advance(1);
        }

        Assert.InRange(b.ReadHot().Count, (2 * hz) - 1, 2 * hz);
    }
}
