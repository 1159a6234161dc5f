namespace WsPrism.Core.Tests.Parties;

/// <summary>Invitations that expire, and ready checks.</summary>
public class PartyTimeTests
{
    [Fact]
    public void An_invitation_expires_by_itself()
    {
        using var gateway = Partying.Gateway();
        var (alice, bob) = (gateway.Connect("alice"), gateway.Connect("bob"));
        alice.Party("create");
        alice.Invite("bob");
        bob.ReadAll();

        gateway.Advance(Partying.InviteTtlMs - 16);
        Assert.Empty(bob.ReadParty());
        gateway.Advance(48);
        Assert.Equal(["closed expired"], bob.ReadParty());
        Assert.Equal("alice*", alice.State());
        Assert.Equal("NOT_ALLOWED", bob.Accept());
        Assert.Equal("NOT_ALLOWED", bob.Decline());
    }

    [Theory]
    [InlineData(-1, "ack")]
    [InlineData(0, "NOT_ALLOWED")]
    public void An_invitation_counts_to_the_millisecond(int late, string expected)
    {
        using var gateway = Partying.Gateway();
        var (alice, bob) = (gateway.Connect("alice"), gateway.Connect("bob"));
        alice.Party("create");
        alice.Invite("bob");

        // No pass in between: whoever is first to look ends it.
        gateway.Time.Advance(Partying.InviteTtlMs + late);

        Assert.Equal(expected, bob.Accept());
    }

    [Fact]
    public void An_invitation_is_renewed_by_inviting_again()
    {
        using var gateway = Partying.Gateway();
        var (alice, bob) = (gateway.Connect("alice"), gateway.Connect("bob"));
        alice.Party("create");
        alice.Invite("bob");
        gateway.Advance(Partying.InviteTtlMs - 1_000);
        Assert.Equal("ack", alice.Invite("bob"));
        Assert.Equal("alice* ?bob", alice.State());
        bob.ReadAll();

        gateway.Advance(Partying.InviteTtlMs - 1_000);
        Assert.Empty(bob.ReadParty());
        Assert.Equal("ack", bob.Accept());
    }

    [Fact]
    public void A_ready_check_passes_when_all_are_ready()
    {
        using var gateway = Partying.Gateway();
        var party = gateway.Together("alice", "bob", "carol");

        Assert.Equal("ack", party[0].Ready());
        Assert.Equal("alice*+ bob carol running", party[1].State());
        party[1].Ready();
        Assert.Equal("alice*+ bob+ carol running", party[1].State());
        party[2].Ready();
        Assert.Equal("alice*+ bob+ carol+ passed", party[1].State());

        gateway.Advance(Partying.ReadyMs * 2);
        Assert.Equal("alice*+ bob+ carol+ passed", party[1].State());
        Assert.Equal("NOT_ALLOWED", party[1].Ready(false));
        Assert.Equal("ack", party[0].Ready());
        Assert.Equal("alice*+ bob carol running", party[1].State());
    }

    [Fact]
    public void A_ready_check_fails_with_the_first_who_is_not()
    {
        using var gateway = Partying.Gateway();
        var party = gateway.Together("alice", "bob", "carol");
        party[0].Ready();
        party[1].Ready(false);

        Assert.Equal("alice*+ bob- carol declined", party[0].State());
        Assert.Equal("NOT_ALLOWED", party[2].Ready());
        Assert.Equal("NOT_ALLOWED", party[0].Ready(false));
    }

    [Fact]
    public void A_ready_check_ends_with_its_time()
    {
        using var gateway = Partying.Gateway();
        var party = gateway.Together("alice", "bob");
        party[0].Ready();

        gateway.Advance(Partying.ReadyMs - 16);
        Assert.Equal("alice*+ bob running", party[1].State());
        gateway.Advance(48);
        Assert.Equal("alice*+ bob timed_out", party[1].State());
    }

    [Theory]
    [InlineData(-1, "ack")]
    [InlineData(0, "NOT_ALLOWED")]
    public void A_ready_check_counts_to_the_millisecond(int late, string expected)
    {
        using var gateway = Partying.Gateway();
        var party = gateway.Together("alice", "bob");
        party[0].Ready();

        gateway.Time.Advance(Partying.ReadyMs + late);

        Assert.Equal(expected, party[1].Ready());
    }

    [Fact]
    public void A_party_of_one_is_ready_at_once()
    {
        using var gateway = Partying.Gateway();
        var alice = gateway.Together("alice")[0];
        alice.Ready();

        Assert.Equal("alice*+ passed", alice.State());
    }

    [Fact]
    public void Who_comes_or_goes_cancels_a_ready_check_and_the_next_one_who_does_clears_its_result()
    {
        using var gateway = Partying.Gateway();
        var party = gateway.Together("alice", "bob");
        var carol = gateway.Connect("carol");
        party[0].Invite("carol");
        party[0].Ready();

        carol.Accept();
        Assert.Equal("alice*+ bob carol cancelled", party[1].State());
        carol.Party("leave");
        Assert.Equal("alice* bob", party[1].State());

        party[0].Ready();
        party[0].Vanish();
        Assert.Equal("bob* cancelled", party[1].State());
    }

    [Fact]
    public void Promoting_does_not_cancel_a_ready_check()
    {
        using var gateway = Partying.Gateway();
        var party = gateway.Together("alice", "bob");
        party[0].Ready();
        party[0].Promote("bob");

        Assert.Equal("alice+ bob* running", party[0].State());
    }

    [Fact]
    public void A_party_that_is_gone_leaves_no_timer()
    {
        using var gateway = Partying.Gateway();
        var alice = gateway.Together("alice")[0];
        var before = gateway.Node.Shards.Sum(shard => shard.Wheel.Count);
        alice.Invite("bob");
        Assert.Equal(before + 1, gateway.Node.Shards.Sum(shard => shard.Wheel.Count));

        alice.Party("leave");

        Assert.Equal(before, gateway.Node.Shards.Sum(shard => shard.Wheel.Count));
    }
}
