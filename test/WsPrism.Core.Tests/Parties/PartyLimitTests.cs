namespace WsPrism.Core.Tests.Parties;

/// <summary>Bounds of parties and invitations; what a reload does to them.</summary>
public class PartyLimitTests
{
    [Fact]
    public void A_party_has_so_many_members_at_most()
    {
        using var gateway = Partying.Gateway(party: party => party with { MaxSize = 2 });
        var alice = gateway.Together("alice")[0];
        var (bob, carol) = (gateway.Connect("bob"), gateway.Connect("carol"));
        alice.Invite("bob");
        alice.Invite("carol");

        Assert.Equal("ack", bob.Accept());
        Assert.Equal("RESOURCE_EXHAUSTED", carol.Accept());
        Assert.Equal("RESOURCE_EXHAUSTED", alice.Invite("dave"));

        // The invitation stands: a place may become free.
        bob.Party("leave");
        Assert.Equal("ack", carol.Accept());
    }

    [Fact]
    public void A_party_has_so_many_invitations_at_most()
    {
        using var gateway = Partying.Gateway();
        var alice = gateway.Together("alice")[0];

        Assert.Equal(["ack", "ack", "ack", "RESOURCE_EXHAUSTED"], new[] { "b", "c", "d", "e" }.Select(alice.Invite));
        Assert.Equal("ack", alice.Invite("c"));
        Assert.Equal("ack", alice.Kick("c"));
        Assert.Equal("ack", alice.Invite("e"));
    }

    [Fact]
    public void A_user_has_so_many_invitations_at_most_whether_it_is_there_or_not()
    {
        using var gateway = Partying.Gateway();
        var leaders = new[] { "a", "b", "c" }.Select(user => gateway.Together(user)[0]).ToArray();

        Assert.Equal(["ack", "ack", "RESOURCE_EXHAUSTED"], leaders.Select(leader => leader.Invite("zoe")));
        gateway.Advance(Partying.InviteTtlMs + 32);
        Assert.Equal("ack", leaders[2].Invite("zoe"));
    }

    [Fact]
    public void A_tenant_has_so_many_parties_at_most()
    {
        using var gateway = Partying.Gateway(party: party => party with { MaxParties = 2 });
        var users = new[] { "a", "b", "c" }.Select(user => gateway.Connect(user)).ToArray();

        Assert.Equal(["ack", "ack", "RESOURCE_EXHAUSTED"], users.Select(user => user.Party("create")));
        users[0].Party("leave");
        Assert.Equal("ack", users[2].Party("create"));
    }

    [Fact]
    public void A_smaller_size_sends_nobody_away()
    {
        using var gateway = Partying.Gateway();
        var party = gateway.Together("alice", "bob", "carol");
        gateway.ReloadTenant(tenant => tenant with { Party = tenant.Party with { MaxSize = 2 } });

        Assert.Equal("RESOURCE_EXHAUSTED", party[0].Invite("dave"));
        party[1].Party("leave");
        Assert.Equal("alice* carol", party[0].State());
        Assert.Equal("RESOURCE_EXHAUSTED", party[0].Invite("dave"));
    }
}
