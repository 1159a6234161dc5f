using WsPrism.Testing;

namespace WsPrism.Core.Tests.Parties;

/// <summary>The room of a party has the sessions of its members, and no others.</summary>
public class PartyRoomTests
{
    [Fact]
    public void All_sessions_of_the_members_are_in_it()
    {
        using var gateway = Partying.Gateway();
        var phone = gateway.Connect("bob");
        var party = gateway.Together("alice", "bob");
        var tablet = gateway.Connect("bob");
        var room = Room(party[0]);

        Assert.All([.. party, phone, tablet], client => Assert.Equal([room], Rooms(client)));
        party[0].Send("chat", "send", """{"msg":"hi"}""", room);
        Assert.All([.. party, phone, tablet], client => Assert.Equal("chat.msg", client.Envelopes.Last().Name));

        party[0].Kick("bob");
        Assert.All([party[1], phone, tablet], client => Assert.Empty(Rooms(client)));
        Assert.Equal(["sys.left", "party.closed"], phone.Envelopes.TakeLast(2).Select(envelope => envelope.Name));
    }

    [Fact]
    public void It_is_not_made_the_active_one()
    {
        using var gateway = Partying.Gateway();
        var alice = gateway.Together("alice")[0];

        Assert.Null(alice.Session.ActiveRoom);
        alice.Send("room", "activate", room: Room(alice));
        Assert.Equal(Room(alice), alice.Session.ActiveRoom!.Name);
    }

    [Fact]
    public void No_client_joins_or_leaves_it_by_itself()
    {
        using var gateway = Partying.Gateway();
        var alice = gateway.Together("alice")[0];
        var bob = gateway.Connect("bob");
        bob.ReadAll();

        bob.Join(Room(alice));
        Assert.Equal("NOT_ALLOWED", bob.ReadEnvelopes().Single().Code);
        bob.Join("party:squatter");
        Assert.Equal("NOT_ALLOWED", bob.ReadEnvelopes().Single().Code);
        bob.Join("party");
        Assert.Equal("sys.joined", bob.ReadEnvelopes().Single().Name);

        alice.Leave(Room(alice));
        Assert.Equal("NOT_ALLOWED", alice.ReadEnvelopes().Single().Code);
        Assert.Equal([Room(alice)], Rooms(alice));
    }

    [Fact]
    public void No_limit_on_rooms_keeps_a_member_out()
    {
        using var gateway = Partying.Gateway(tenant: tenant => tenant with { Limits = tenant.Limits with { MaxRoomsPerUser = 1, MaxRoomsTotal = 1, MaxUsersPerRoom = 1 } });
        var alice = gateway.ConnectTo("lobby", "alice");
        alice.Party("create");

        Assert.Equal(["lobby", Room(alice)], Rooms(alice));
    }

    [Fact]
    public void It_goes_with_the_party()
    {
        using var gateway = Partying.Gateway();
        var party = gateway.Together("alice", "bob");
        party[0].Party("leave");
        party[1].Vanish();

        Assert.Equal(0, gateway.Tenant.Registry.RoomCount);
    }

    private static string Room(TestClient client) => client.Envelopes.Last(envelope => envelope.Name == "party.update").String("room");

    private static string[] Rooms(TestClient client)
    {
        var rooms = new List<string>();
        foreach (var membership in client.Session.Rooms)
        {
            rooms.Add(membership.Room.Name);
        }

        return [.. rooms];
    }
}
