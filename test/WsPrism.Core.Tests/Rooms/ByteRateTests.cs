using WsPrism.Core.Configuration;
using WsPrism.Protocol.Hot;
using WsPrism.Testing;

namespace WsPrism.Core.Tests.Rooms;

/// <summary><c>limits.outbound.max_bytes_per_s</c>: all bytes count, only lossy Hot frames wait.</summary>
public sealed class ByteRateTests
{
    // A frame of Put's key and sender with this payload is 100 bytes on the wire.
    private const int Payload = 100 - 11;

    // The burst is max_frame_bytes and the longest header: 979 + 21 bytes.
    private const int MaxFrame = 979;

    [Fact]
    public void What_is_beyond_the_burst_waits_and_comes_at_the_rate()
    {
        using var gateway = Gateway(1_000, out var a, out var b);

        for (byte i = 0; i < 30; i++)
        {
            Put(a, i, i);
        }

        Assert.Equal(10, b.ReadStates().Count);
        gateway.Advance(99);
        Assert.Empty(b.ReadStates());
        gateway.Advance(1);
        Assert.Equal("10=10", b.Got());
        gateway.Advance(1_000);
        Assert.Equal(10, b.ReadStates().Count);
        gateway.Advance(10_000);
        Assert.Equal(9, b.ReadStates().Count);
        Assert.Equal("30 30 0 0 0 0 0", b.Session.Lossy());
        gateway.AssertNothingWaits();
    }

    [Fact]
    public void The_burst_is_a_quarter_of_a_second_where_that_is_more_than_a_frame()
    {
        using var gateway = Gateway(8_000, out var a, out var b);

        for (byte i = 0; i < 40; i++)
        {
            Put(a, i, i);
        }

        Assert.Equal(20, b.ReadStates().Count);
    }

    [Fact]
    public void Waiting_keys_are_conflated_and_served_round_robin()
    {
        using var gateway = Gateway(1_000, out var a, out var b);
        Drain(a, b);

        Put(a, 1, 1);
        Put(a, 2, 1);
        Put(a, 1, 2);
        gateway.Advance(100);
        Assert.Equal("1=2", b.Got());

        // Served a moment ago: behind the one that waits.
        Put(a, 1, 3);
        gateway.Advance(100);
        Assert.Equal("2=1", b.Got());
        gateway.Advance(100);
        Assert.Equal("1=3", b.Got());
    }

    [Fact]
    public void Reliable_classes_count_and_never_wait()
    {
        using var gateway = Gateway(1_000, out var a, out var b);

        for (var i = 0; i < 15; i++)
        {
            a.SendHot(new HotFrame { SvcId = 1, Opcode = 1, Flags = HotFlags.Reliable, Payload = new byte[93] });
        }

        Assert.Equal(15, b.ReadHot().Count);
        Put(a, 1, 1);

        // 1,500 bytes are gone, 1,000 were there: 500 of debt and 100 for the frame.
        gateway.Advance(599);
        Assert.Equal("", b.Got());
        gateway.Advance(1);
        Assert.Equal("1=1", b.Got());
    }

    [Fact]
    public void A_batch_larger_than_the_budget_is_split_and_the_rest_is_first_in_turn()
    {
        using var gateway = Ruled.Gateway(new RoomHotConfig { TickHz = 20 }, new OutboundConfig { MaxBytesPerS = 1_000 }, maxFrameBytes: MaxFrame);
        var (a, b) = (gateway.ConnectTo("r", "a"), gateway.ConnectTo("r", "b"));
        gateway.Advance(2_000);

        for (byte i = 0; i < 12; i++)
        {
            Put(a, i, 1);
        }

        // Nine states of 102 bytes with a header of 5: 77 bytes are left, which 30 ms make enough for one more.
        gateway.Advance(50);
        Assert.Equal("[0=1 1=1 2=1 3=1 4=1 5=1 6=1 7=1 8=1]", b.GotFrames());
        Put(a, 0, 2);
        Put(a, 10, 2);
        gateway.Advance(50);
        Assert.Equal("[9=1]", b.GotFrames());
        gateway.Advance(1_000);

        Assert.Equal("[10=2] [11=1] [0=2]", b.GotFrames());
        Assert.Equal("14 13 1 0 0 0 0", b.Session.Lossy());
    }

    [Fact]
    public void A_frame_longer_than_the_burst_goes_from_a_full_budget()
    {
        using var gateway = Ruled.Gateway(null, new OutboundConfig { MaxBytesPerS = 100 }, maxFrameBytes: 10);
        var (a, b) = (gateway.ConnectTo("r", "a"), gateway.ConnectTo("r", "b"));
        gateway.Advance(20_000);
        b.ReadAll();

        Put(a, 1, 1);
        Put(a, 2, 1);
        Assert.Equal("1=1", b.Got());
        gateway.Advance(999);
        Assert.Equal("", b.Got());
        gateway.Advance(1);
        Assert.Equal("2=1", b.Got());
    }

    [Fact]
    public void What_waits_is_bounded_by_hot_max_keys_and_the_oldest_goes()
    {
        using var gateway = Ruled.Gateway(null, new OutboundConfig { MaxBytesPerS = 1_000, HotMaxKeys = 3 }, maxFrameBytes: MaxFrame);
        var (a, b) = (gateway.ConnectTo("r", "a"), gateway.ConnectTo("r", "b"));
        gateway.Advance(2_000);
        Drain(a, b);

        for (byte i = 1; i <= 3; i++)
        {
            Put(a, i, i);
        }

        Assert.Equal(3, b.Session.Pacer!.HeldStates);
        Put(a, 4, 4);
        Assert.Equal("14 10 0 0 1 0 3", b.Session.Lossy());
        gateway.Advance(1_000);
        Assert.Equal("2=2 3=3 4=4", b.Got());
    }

    [Fact]
    public void A_receiver_that_takes_nothing_spends_nothing_and_gets_the_latest()
    {
        using var gateway = Gateway(1_000, out var a, out var b);
        b.Stall();
        for (byte i = 0; i < 100; i++)
        {
            Put(a, 1, i);
            gateway.Advance(1);
        }

        b.Grant();

        Assert.Equal("1=99", b.Got().Split(' ')[^1]);
        Assert.Equal(0, b.Session.Pacer!.HeldStates);
    }

    [Fact]
    public void What_waits_ends_with_the_session_or_expires()
    {
        using var gateway = Ruled.Gateway(new RoomHotConfig { TtlMs = 50 }, new OutboundConfig { MaxBytesPerS = 1_000 }, maxFrameBytes: MaxFrame);
        var (a, b) = (gateway.ConnectTo("r", "a"), gateway.ConnectTo("r", "b"));
        gateway.Advance(2_000);
        Drain(a, b);

        Put(a, 1, 1);
        gateway.Advance(100);
        Assert.Equal("11 10 0 1 0 0 0", b.Session.Lossy());
        Put(a, 2, 1);
        Put(a, 3, 1);
        b.Vanish();

        Assert.Equal("13 11 0 1 0 1 0", b.Session.Lossy());
        gateway.AssertNothingWaits();
    }

    private static TestGateway Gateway(int rate, out TestClient a, out TestClient b)
    {
        var gateway = Ruled.Gateway(null, new OutboundConfig { MaxBytesPerS = rate }, maxFrameBytes: MaxFrame);
        (a, b) = (gateway.ConnectTo("r", "a"), gateway.ConnectTo("r", "b"));

        // The greeting was paid for.
        gateway.Advance(2_000);
        return gateway;
    }

    private static void Put(TestClient sender, uint key, byte value)
    {
        var payload = new byte[Payload];
        payload[0] = value;
        sender.SendHot(new HotFrame { SvcId = 1, Opcode = 1, Flags = HotFlags.Key, Key = key, Payload = payload });
    }

    private static void Drain(TestClient sender, TestClient receiver)
    {
        for (byte i = 0; i < 10; i++)
        {
            Put(sender, 200u + i, i);
        }

        Assert.Equal(10, receiver.ReadStates().Count);
    }
}
