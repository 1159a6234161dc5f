using WsPrism.Core.Configuration;
using WsPrism.Core.Delivery;
using WsPrism.Core.Tests.Delivery;
using WsPrism.Core.Tests.Rooms;
using WsPrism.Protocol.Hot;
using static WsPrism.Core.Tests.Sessions.Resume.Resumable;

namespace WsPrism.Core.Tests.Sessions.Resume;

public sealed class ResumeHotTests
{
    [Fact]
    public void The_latest_state_of_every_key_is_sent_again_whether_it_had_arrived_or_not()
    {
        using var gateway = Gateway(shards: 2);
        var alice = gateway.ConnectTo("lobby", "alice");
        var bob = gateway.ConnectTo("lobby", "bob");
        alice.Put(1, 1).Put(2, 2);
        bob.Vanish();
        alice.Put(2, 3).Put(3, 4).Put(3, 5);

        var again = gateway.Resume(bob);

        Assert.Equal("1=1 2=3 3=5", again.Got());
        Frames.AssertBalanced(gateway.Ledger());
        Assert.Equal(0, gateway.Ledger().Queued(DeliveryClass.HotLossy));
    }

    [Fact]
    public void States_of_a_room_that_is_not_the_active_one_say_so()
    {
        using var gateway = Gateway();
        var alice = gateway.ConnectTo("lobby", "alice");
        var bob = gateway.ConnectTo("lobby", "bob").Join("arena");
        bob.Vanish();
        alice.Put(1, 1);

        var state = Assert.Single(gateway.Resume(bob).HotFrames);
        Assert.Equal(gateway.Tenant.Registry.FindRoom("lobby")!.Handle, state.Room);
    }

    [Fact]
    public void States_of_its_own_and_of_who_has_left_are_not()
    {
        using var gateway = Gateway();
        var (alice, carol) = (gateway.ConnectTo("lobby", "alice"), gateway.ConnectTo("lobby", "carol"));
        var bob = gateway.ConnectTo("lobby", "bob");
        alice.SendHot(1, 1, 1);
        carol.SendHot(1, 1, 2);
        bob.SendHot(1, 1, 3);
        bob.Vanish();
        carol.CloseGracefully();

        // Of who has left it is told so, by a reliable frame.
        var frames = gateway.Resume(bob).HotFrames.ToArray();
        Assert.Equal([carol.Handle, alice.Handle], frames.Select(frame => frame.Sender));
        Assert.Equal([HotFlags.Reliable, HotFlags.None], frames.Select(frame => frame.Flags & HotFlags.Reliable));
    }

    [Fact]
    public void No_more_keys_are_kept_than_may_wait()
    {
        using var gateway = Gateway(tenant: tenant => tenant with { Limits = tenant.Limits with { Outbound = new OutboundConfig { HotMaxKeys = 2 } } });
        var alice = gateway.ConnectTo("lobby", "alice");
        var bob = gateway.ConnectTo("lobby", "bob");
        alice.Put(1, 1).Put(2, 2);
        bob.Vanish();
        bob = gateway.Resume(bob);
        Assert.Equal("1=1 2=2", bob.Got());
        alice.Put(3, 3);
        bob.Vanish();

        Assert.Equal("2=2 3=3", gateway.Resume(bob).Got());
    }

    [Fact]
    public void Rooms_with_ticks_and_times_to_live_give_what_is_good_still()
    {
        using var gateway = Gateway(tenant: tenant => tenant with { Rooms = [new RoomRuleConfig { Match = "r*", Hot = new RoomHotConfig { TickHz = 20, TtlMs = 500 } }] });
        var alice = gateway.ConnectTo("room", "alice");
        var bob = gateway.ConnectTo("room", "bob");
        alice.Put(1, 1);
        gateway.Advance(400);
        bob.Vanish();
        alice.Put(2, 2);
        gateway.Advance(200);

        var again = gateway.Resume(bob);
        Assert.Equal("2=2", again.Got());
        alice.Put(2, 3);
        gateway.Advance(100);
        Assert.Equal("2=3", again.Got());
        Frames.AssertBalanced(gateway.Ledger());
    }

    [Fact]
    public void A_rooms_states_are_forgotten_with_its_last_member()
    {
        using var gateway = Gateway();
        var alice = gateway.ConnectTo("lobby", "alice");
        var bob = gateway.ConnectTo("lobby", "bob");
        alice.Put(1, 1);
        var slice = gateway.Tenant.Registry.FindRoom("lobby")!.Slices[0];
        Assert.NotNull(slice.Latest);
        alice.Leave("lobby");
        bob.Leave("lobby");

        Assert.Null(slice.Latest);
    }

    [Fact]
    public void Reliable_frames_that_waited_come_in_order_behind_the_replay()
    {
        using var gateway = Gateway();
        var alice = gateway.ConnectTo("lobby", "alice");
        var bob = gateway.ConnectTo("lobby", "bob").Vanish();
        alice.SendHot(new HotFrame { SvcId = 1, Opcode = 1, Flags = HotFlags.Reliable, Payload = new byte[] { 1 } });
        alice.Say("1");
        alice.SendHot(new HotFrame { SvcId = 1, Opcode = 1, Flags = HotFlags.Reliable, Payload = new byte[] { 2 } });

        var again = gateway.Resume(bob);

        Assert.Equal([1, 2], again.HotFrames.Select(frame => frame.Payload[0]));
        var kinds = again.Received.Where(frame => frame.Kind == FrameKind.Binary || frame.ToString().Contains("chat", StringComparison.Ordinal)).Select(frame => frame.Kind);
        Assert.Equal([FrameKind.Text, FrameKind.Binary, FrameKind.Binary], kinds);
    }

    [Fact]
    public void Without_resume_and_snapshot_no_states_are_kept()
    {
        using var gateway = Ruled.Gateway(new RoomHotConfig { Snapshot = false });
        var alice = gateway.ConnectTo("room", "alice");
        alice.Put(1, 1);

        Assert.Null(gateway.Tenant.Registry.FindRoom("room")!.Slices[0].Latest);
    }

    [Fact]
    public void What_has_KEY_is_the_rooms_and_stays_when_who_sent_it_has_left()
    {
        using var gateway = Gateway(shards: 2);
        var (alice, bob) = (gateway.ConnectTo("lobby", "alice"), gateway.ConnectTo("lobby", "bob"));
        alice.Put(1, 1);
        bob.Vanish();
        alice.CloseGracefully();

        Assert.Equal([0, 1], gateway.Resume(bob).HotFrames.Select(frame => frame.Payload.Length));
    }
}
