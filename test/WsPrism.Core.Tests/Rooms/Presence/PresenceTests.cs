using WsPrism.Core.Rooms.Presence;
using WsPrism.Testing;

namespace WsPrism.Core.Tests.Rooms.Presence;

/// <summary>What members of a room are told of each other, and when.</summary>
public class PresenceTests
{
    [Fact]
    public void Members_are_told_who_joins_and_who_leaves_with_the_count_after_it()
    {
        using var gateway = Present.Gateway();
        var alice = gateway.ConnectTo(Present.Room, "alice");
        gateway.Settle();
        Assert.Equal(["join alice[1] = 1"], alice.ReadPresence());

        var bob = gateway.ConnectTo(Present.Room, "bob");
        gateway.Settle();
        Assert.Equal(["join bob[2] = 2"], alice.ReadPresence());
        Assert.Equal(["join bob[2] = 2"], bob.ReadPresence());

        bob.Leave();
        gateway.Settle();
        Assert.Equal(["leave bob = 1"], alice.ReadPresence());
        Assert.Empty(bob.ReadPresence());
    }

    [Fact]
    public void An_envelope_looks_like_this()
    {
        using var gateway = Present.Gateway();
        var alice = gateway.ConnectTo(Present.Room, "alice").Send("room", "state", """{"state":{"mood":"fine"}}""", Present.Room);
        gateway.Settle();

        Assert.Equal(
            """{"v":1,"svc":"presence","type":"join","room":"lobby","data":{"count":1,"users":[{"user":"alice","handles":[1],"state":{"mood":"fine"}}]}}""",
            alice.Envelopes.Last().Text);
    }

    [Fact]
    public void What_happens_within_a_window_is_one_envelope_and_the_next_one_waits_for_the_next_window()
    {
        using var gateway = Present.Gateway();
        var alice = gateway.ConnectTo(Present.Room, "alice");
        gateway.Settle();
        alice.ReadAll();

        gateway.ConnectTo(Present.Room, "bob");
        gateway.ConnectTo(Present.Room, "carol");
        gateway.Advance(80);
        Assert.Empty(alice.ReadPresence());
        gateway.ConnectTo(Present.Room, "dave");
        gateway.Advance(48);
        Assert.Equal(["join bob[2] carol[3] dave[4] = 4"], alice.ReadPresence());

        gateway.ConnectTo(Present.Room, "erin");
        gateway.Advance(64);
        Assert.Empty(alice.ReadPresence());
        gateway.Advance(64);
        Assert.Equal(["join erin[5] = 5"], alice.ReadPresence());
    }

    [Fact]
    public void Kinds_take_turns_and_each_envelope_has_the_count_after_it()
    {
        using var gateway = Present.Gateway();
        var alice = gateway.ConnectTo(Present.Room, "alice");
        var bob = gateway.ConnectTo(Present.Room, "bob");
        gateway.Settle();
        alice.ReadAll();

        gateway.ConnectTo(Present.Room, "carol");
        alice.Send("room", "state", """{"state":1}""", Present.Room);
        bob.Leave();
        gateway.Advance(128);
        Assert.Equal(["update alice[1]1 = 2"], alice.ReadPresence());
        gateway.Advance(128);
        Assert.Equal(["leave bob = 1"], alice.ReadPresence());
        gateway.Advance(128);
        Assert.Equal(["join carol[3] = 2"], alice.ReadPresence());
        gateway.Settle();
        Assert.Empty(alice.ReadPresence());
    }

    [Fact]
    public void A_second_session_of_a_user_is_an_update_and_only_the_last_one_leaves()
    {
        using var gateway = Present.Gateway();
        var alice = gateway.ConnectTo(Present.Room, "alice");
        var first = gateway.ConnectTo(Present.Room, "bob");
        gateway.Settle();
        alice.ReadAll();

        gateway.ConnectTo(Present.Room, "bob");
        gateway.Settle();
        Assert.Equal(["update bob[2,3] = 2"], alice.ReadPresence());

        first.Vanish();
        gateway.Settle();
        Assert.Equal(["update bob[3] = 2"], alice.ReadPresence());

        gateway.Clients[2].Vanish();
        gateway.Settle();
        Assert.Equal(["leave bob = 1"], alice.ReadPresence());
    }

    [Fact]
    public void Who_comes_and_goes_within_a_window_was_never_there()
    {
        using var gateway = Present.Gateway();
        var alice = gateway.ConnectTo(Present.Room, "alice");
        gateway.Settle();
        alice.ReadAll();

        gateway.ConnectTo(Present.Room, "bob").Leave();
        gateway.Settle();

        Assert.Empty(alice.ReadPresence());
        Assert.Equal(2, gateway.Count(counters => counters.PresenceCoalesced) + gateway.Tenant.Registry.FindRoom(Present.Room)!.Presence!.Changes.Coalesced);
    }

    [Fact]
    public void Who_comes_and_goes_within_a_window_is_told_to_have_left_where_somebody_has_read_the_members_meanwhile()
    {
        using var gateway = Present.Gateway();
        var alice = gateway.ConnectTo(Present.Room, "alice");
        gateway.Settle();
        var bob = gateway.ConnectTo(Present.Room, "bob");

        Assert.Equal(["alice[1]", "bob[2]"], alice.Members());
        bob.Leave();
        gateway.Settle();

        Assert.Equal(["leave bob = 1"], alice.ReadPresence());
    }

    [Fact]
    public void Who_goes_and_comes_again_within_a_window_is_an_update()
    {
        using var gateway = Present.Gateway();
        var alice = gateway.ConnectTo(Present.Room, "alice");
        var bob = gateway.ConnectTo(Present.Room, "bob");
        gateway.Settle();
        alice.ReadAll();

        bob.Leave().Join(Present.Room);
        gateway.Settle();
        Assert.Equal(["update bob[2] = 2"], alice.ReadPresence());

        // A page that is loaded again.
        bob.Vanish();
        gateway.ConnectTo(Present.Room, "bob");
        gateway.Settle();
        Assert.Equal(["update bob[3] = 2"], alice.ReadPresence());
    }

    [Fact]
    public void Who_is_kicked_or_replaced_leaves_once()
    {
        using var gateway = Present.Gateway();
        var alice = gateway.ConnectTo(Present.Room, "alice");
        var bob = gateway.ConnectTo(Present.Room, "bob");
        gateway.Settle();
        alice.ReadAll();

        bob.Session.Shard.Post(() => bob.Session.Kick("enough"));
        gateway.RunUntilIdle();
        bob.Vanish();
        gateway.Settle();

        Assert.Equal(["leave bob = 1"], alice.ReadPresence());
    }

    [Fact]
    public void Many_changes_come_in_several_envelopes_and_none_is_missing()
    {
        using var gateway = Present.Gateway(shards: 2);
        var alice = gateway.ConnectTo(Present.Room, "alice");
        gateway.Settle();
        alice.ReadAll();

        for (var i = 0; i < 400; i++)
        {
            gateway.Connect($"user-with-a-name-that-is-not-short:{i:0000}").Join(Present.Room);
        }

        gateway.Settle();

        var envelopes = alice.ReadEnvelopes().Where(envelope => envelope.Name == "presence.join").ToArray();
        Assert.InRange(envelopes.Length, 2, 4);
        Assert.All(envelopes, envelope => Assert.InRange(envelope.Text.Length, 1, 17_000));
        Assert.Equal(401, envelopes[^1].Number("count"));
        Assert.Equal(400, envelopes.SelectMany(envelope => envelope.Data.GetProperty("users").EnumerateArray()).Select(Present.Show).Distinct().Count());
    }

    [Fact]
    public void A_room_without_presence_tells_nothing()
    {
        using var gateway = new TestGateway();
        var alice = gateway.ConnectTo(Present.Room, "alice");
        gateway.ConnectTo(Present.Room, "bob");
        gateway.Settle();

        Assert.Empty(alice.ReadPresence());
        Assert.Null(gateway.Tenant.Registry.FindRoom(Present.Room)!.Presence);
    }

    [Fact]
    public void A_room_without_events_keeps_counts_and_states()
    {
        using var gateway = Present.Gateway(rule: rule => rule with { PresenceEvents = false });
        var alice = gateway.ConnectTo(Present.Room, "alice");
        var bob = gateway.ConnectTo(Present.Room, "bob").Send("room", "state", """{"state":"here"}""");
        gateway.Settle();

        Assert.Empty(alice.ReadPresence());
        Assert.Equal(["alice[1]", "bob[2]\"here\""], bob.Members());
    }

    [Fact]
    public void A_reload_turns_presence_on_and_off_for_rooms_that_are_there()
    {
        using var gateway = new TestGateway(shards: 2);
        var alice = gateway.ConnectTo(Present.Room, "alice");
        var bob = gateway.ConnectTo(Present.Room, "bob");
        gateway.Settle();

        gateway.ReloadTenant(tenant => Present.With(tenant));
        gateway.ConnectTo(Present.Room, "carol");
        gateway.Settle();
        Assert.Equal(["join carol[3] = 3"], alice.ReadPresence());

        bob.Leave();
        gateway.ReloadTenant(tenant => tenant with { Rooms = [] });
        gateway.ConnectTo(Present.Room, "dave");
        gateway.Settle();
        Assert.Empty(alice.ReadPresence());

        gateway.ReloadTenant(tenant => Present.With(tenant));
        bob.Join(Present.Room);
        gateway.Settle();
        Assert.Equal(["join bob[2] = 4"], alice.ReadPresence());
    }

    [Fact]
    public void What_was_to_be_told_goes_with_the_last_member()
    {
        using var gateway = Present.Gateway();
        gateway.ConnectTo(Present.Room, "alice").Leave();
        gateway.Settle();

        Assert.Equal(0, gateway.Count(counters => counters.PresenceEnvelopes));
        Assert.Equal(0, gateway.Node.Shards.Sum(shard => shard.Ticks.Count));
        Assert.Equal(RoomPresence.WindowMs, 100);
    }
}
