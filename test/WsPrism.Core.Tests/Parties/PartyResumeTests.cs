using WsPrism.Core.Tests.Sessions.Resume;
using WsPrism.Testing;

namespace WsPrism.Core.Tests.Parties;

/// <summary>Members whose connection is lost and who may come back.</summary>
public sealed class PartyResumeTests
{
    [Fact]
    public void Who_waits_to_be_resumed_stays_a_member_and_is_told_what_it_missed()
    {
        using var gateway = Gateway();
        var (alice, bob) = Together(gateway);
        bob.Vanish();
        alice.Invite("carol");
        Assert.Equal("alice* bob ?carol", alice.State());

        var again = gateway.Resume(bob);
        Resumable.AssertResumed(bob, again, replayed: 1);
        Assert.Equal(["alice* bob ?carol"], again.ReadParty());

        alice.Say("hi", alice.Session.Rooms.Last!.Room.Name);
        Assert.Equal("hi", again.Heard());
        Assert.Equal("ack", again.Party("leave"));
        Assert.Equal("alice* ?carol", alice.State());
    }

    [Fact]
    public void Who_is_kicked_meanwhile_comes_back_to_no_party_and_no_room_of_it()
    {
        using var gateway = Gateway();
        var (alice, bob) = Together(gateway);
        bob.Vanish();
        Assert.Equal("ack", alice.Kick("bob"));

        var again = gateway.Resume(bob);

        Assert.Equal(["closed kicked"], again.ReadParty());
        Assert.Null(again.Session.Rooms.Last);
        Assert.Equal("ack", again.Party("create"));
    }

    [Fact]
    public void Who_does_not_come_back_in_time_has_left()
    {
        using var gateway = Gateway();
        var (alice, bob) = Together(gateway);
        bob.Vanish();
        gateway.Advance(Resumable.WindowMs - 100);
        Assert.Equal("alice* bob", alice.State());

        gateway.Advance(200);

        Assert.Equal("alice*", alice.State());
        Assert.Equal("ack", alice.Invite("bob"));
        Assert.Equal(["invited by alice"], gateway.Connect("bob").ReadParty());
    }

    private static TestGateway Gateway() => Resumable.Gateway(shards: 2);

    private static (TestClient Alice, TestClient Bob) Together(TestGateway gateway)
    {
        var party = gateway.Together("alice", "bob");
        return (party[0], party[1]);
    }
}
