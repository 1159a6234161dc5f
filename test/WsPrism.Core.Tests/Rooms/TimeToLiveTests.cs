using WsPrism.Core.Configuration;
using WsPrism.Protocol.Hot;

namespace WsPrism.Core.Tests.Rooms;

/// <summary><c>hot.ttl_ms</c>: a lossy frame older than that when its turn comes is dropped.</summary>
public sealed class TimeToLiveTests
{
    private static readonly RoomHotConfig Hundred = new() { TtlMs = 100 };

    [Theory]
    [InlineData(100, "1=1", "1 1 0 0 0 0 0")]
    [InlineData(101, "", "1 0 0 1 0 0 0")]
    public void A_frame_goes_until_its_time_and_not_after_it(int ms, string got, string ledger)
    {
        using var gateway = Ruled.Gateway(Hundred);
        var (a, b) = (gateway.ConnectTo("r", "a"), gateway.ConnectTo("r", "b"));
        b.Stall();

        a.Put(1, 1);
        gateway.Advance(ms);
        b.Grant();

        Assert.Equal(got, b.Got());
        Assert.Equal(ledger, b.Session.Lossy());
        gateway.AssertNothingWaits();
    }

    [Fact]
    public void Age_counts_from_the_newest_state_and_reliable_frames_do_not_age()
    {
        using var gateway = Ruled.Gateway(Hundred);
        var (a, b) = (gateway.ConnectTo("r", "a"), gateway.ConnectTo("r", "b"));
        b.Stall();

        a.Put(1, 1).Put(2, 1).SendHot(new HotFrame { SvcId = 1, Opcode = 1, Flags = HotFlags.Reliable, Payload = new byte[] { 9 } });
        gateway.Advance(80);
        a.Put(2, 2);
        gateway.Advance(80);
        b.Grant();

        Assert.Equal("0=9 2=2", b.Got());
        Assert.Equal("3 1 1 1 0 0 0", b.Session.Lossy());
    }

    [Fact]
    public void In_a_batch_each_state_has_its_own_age()
    {
        using var gateway = Ruled.Gateway(Hundred with { TickHz = 20 });
        var (a, b) = (gateway.ConnectTo("r", "a"), gateway.ConnectTo("r", "b"));
        b.Stall();

        a.Put(1, 1).Put(2, 1);
        gateway.Advance(50);
        a.Put(3, 2).Put(2, 2);
        gateway.Advance(51);
        b.Grant();

        Assert.Equal("[2=2 3=2]", b.GotFrames());
        Assert.Equal("4 2 1 1 0 0 0", b.Session.Lossy());
    }

    [Fact]
    public void What_expires_before_the_tick_is_not_in_it()
    {
        using var gateway = Ruled.Gateway(new RoomHotConfig { TickHz = 5, TtlMs = 100 });
        var (a, b) = (gateway.ConnectTo("r", "a"), gateway.ConnectTo("r", "b"));

        a.Put(1, 1);
        gateway.Advance(150);
        a.Put(2, 1);
        gateway.Advance(50);

        Assert.Equal("[2=1]", b.GotFrames());
        Assert.Equal("2 1 0 1 0 0 0", b.Session.Lossy());
        a.Put(3, 1);
        gateway.Advance(200);
        Assert.Equal("", b.GotFrames());
        gateway.AssertNothingWaits();
        Assert.Equal("6 2 0 4 0 0 0", Ruled.Lossy(gateway.Ledger()));
    }

    [Fact]
    public void What_expires_while_it_waits_for_its_pace_takes_no_turn()
    {
        using var gateway = Ruled.Gateway(Hundred with { MaxHz = 5 });
        var (a, b) = (gateway.ConnectTo("r", "a"), gateway.ConnectTo("r", "b"));

        a.Put(1, 1).Put(1, 2);
        gateway.Advance(200);
        Assert.Equal("1=1", b.Got());
        Assert.Equal("2 1 0 1 0 0 0", b.Session.Lossy());
        a.Put(1, 3);

        Assert.Equal("1=3", b.Got());
        gateway.AssertNothingWaits();
    }
}
