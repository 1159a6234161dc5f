using WsPrism.Core.Tests.Sessions.Resume;

namespace WsPrism.Core.Tests.Rooms.Presence;

/// <summary>Members whose connection is lost and who may come back.</summary>
public sealed class PresenceResumeTests
{
    [Fact]
    public void Who_waits_to_be_resumed_is_in_the_room_as_before_and_is_told_what_it_missed()
    {
        using var gateway = Resumable.Gateway(tenant: tenant => Present.With(tenant));
        var alice = gateway.ConnectTo(Present.Room, "alice");
        var bob = gateway.ConnectTo(Present.Room, "bob").Send("room", "state", """{"state":1}""", Present.Room);
        gateway.Settle();
        alice.ReadAll();

        bob.Vanish();
        gateway.Settle();
        Assert.Empty(alice.ReadPresence());
        Assert.Equal(["alice[1]", "bob[2]1"], alice.Members());
        alice.Send("room", "state", """{"state":2}""", Present.Room);
        gateway.Settle();

        var again = gateway.Resume(bob);
        gateway.Settle();

        Assert.Equal(["update alice[1]2 = 2"], again.ReadPresence());
        Assert.Equal(["update alice[1]2 = 2"], alice.ReadPresence());
    }

    [Fact]
    public void Who_does_not_come_back_in_time_has_left()
    {
        using var gateway = Resumable.Gateway(tenant: tenant => Present.With(tenant));
        var alice = gateway.ConnectTo(Present.Room, "alice");
        var bob = gateway.ConnectTo(Present.Room, "bob");
        gateway.Settle();
        alice.ReadAll();

        bob.Vanish();
        gateway.Advance(Resumable.WindowMs + 100);
        gateway.Settle();

        Assert.Equal(["leave bob = 1"], alice.ReadPresence());
    }
}
