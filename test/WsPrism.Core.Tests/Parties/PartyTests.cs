namespace WsPrism.Core.Tests.Parties;

/// <summary>What members of a party do, and who may.</summary>
public class PartyTests
{
    [Fact]
    public void The_envelopes_look_like_this()
    {
        using var gateway = Partying.Gateway();
        var (alice, bob) = (gateway.Connect("alice"), gateway.Connect("bob"));
        alice.ReadAll();
        bob.ReadAll();

        alice.Send("party", "create", id: "1");
        var envelopes = alice.ReadEnvelopes();
        var id = envelopes[0].String("party");
        Assert.Equal(26, id.Length);
        Assert.Equal(
            [
                $$$"""{"v":1,"svc":"sys","type":"ack","id":1,"data":{"party":"{{{id}}}","room":"party:{{{id}}}"}}""",
                $$$"""{"v":1,"svc":"sys","type":"joined","room":"party:{{{id}}}","data":{"handle":1,"members":1}}""",
                $$$"""{"v":1,"svc":"party","type":"update","data":{"party":"{{{id}}}","room":"party:{{{id}}}","version":1,"leader":"alice","max_size":3,"members":[{"user":"alice"}],"invited":[]}}""",
            ],
            envelopes.Select(envelope => envelope.Text));

        alice.Invite("bob");
        var now = gateway.Time.GetUtcNow().ToUnixTimeMilliseconds();
        Assert.Equal($$$"""{"v":1,"svc":"party","type":"invited","data":{"party":"{{{id}}}","from":"alice","expires_at_ms":{{{now + Partying.InviteTtlMs}}}}}""", bob.NextEnvelope().Text);

        bob.Accept();
        alice.Ready();
        Assert.Equal(
            $$$"""{"party":"{{{id}}}","room":"party:{{{id}}}","version":4,"leader":"alice","max_size":3,"members":[{"user":"alice","ready":true},{"user":"bob"}],"invited":[],"ready_check":{"state":"running","ends_at_ms":{{{now + Partying.ReadyMs}}}}}""",
            bob.ReadEnvelopes()[^1].Data.GetRawText());

        bob.Party("leave");
        Assert.Equal($$$"""{"v":1,"svc":"party","type":"closed","data":{"party":"{{{id}}}","reason":"left"}}""", bob.Envelopes.Last(envelope => envelope.Svc == "party").Text);
    }

    [Fact]
    public void A_party_forms_and_goes_with_its_last_member()
    {
        using var gateway = Partying.Gateway();
        var (alice, bob) = (gateway.Connect("alice"), gateway.Connect("bob"));

        Assert.Equal("ack", alice.Party("create"));
        Assert.Equal("ack", alice.Invite("bob"));
        Assert.Equal("alice* ?bob", alice.State());
        Assert.Equal(["invited by alice"], bob.ReadParty());
        Assert.Equal("ack", bob.Accept());
        Assert.Equal(("alice* bob", "alice* bob"), (alice.State(), bob.State()));

        alice.ReadAll();
        Assert.Equal("ack", alice.Party("leave"));
        Assert.Equal(["closed left"], alice.ReadParty());
        Assert.Equal("bob*", bob.State());
        Assert.Equal("ack", bob.Party("leave"));
        Assert.Equal(0, gateway.Tenant.Parties.Count);
    }

    [Fact]
    public void Each_change_has_the_next_version()
    {
        using var gateway = Partying.Gateway();
        var party = gateway.Together("alice", "bob");
        party[0].Promote("bob");
        party[1].Ready();
        party[0].Ready(false);
        party[0].Party("leave");

        var versions = party[1].Envelopes.Where(envelope => envelope.Name == "party.update").Select(envelope => envelope.Number("version"));
        Assert.Equal([3, 4, 5, 6, 7], versions);
    }

    [Fact]
    public void Who_is_in_a_party_is_in_one_alone()
    {
        using var gateway = Partying.Gateway();
        var party = gateway.Together("alice", "bob");
        var carol = gateway.Connect("carol");
        carol.Party("create");
        carol.Invite("bob");

        Assert.Equal("NOT_ALLOWED", party[0].Party("create"));
        Assert.Equal("NOT_ALLOWED", party[1].Accept());
        Assert.Equal("ack", party[1].Party("leave"));
        Assert.Equal("ack", party[1].Accept());
        Assert.Equal("carol* bob", party[1].State());
    }

    [Fact]
    public void The_leader_alone_invites_kicks_promotes_and_begins_ready_checks()
    {
        using var gateway = Partying.Gateway();
        var party = gateway.Together("alice", "bob");

        Assert.Equal("NOT_ALLOWED", party[1].Invite("carol"));
        Assert.Equal("NOT_ALLOWED", party[1].Kick("alice"));
        Assert.Equal("NOT_ALLOWED", party[1].Promote("bob"));
        Assert.Equal("NOT_ALLOWED", party[1].Ready());

        Assert.Equal("ack", party[0].Promote("bob"));
        Assert.Equal("alice bob*", party[0].State());
        Assert.Equal("NOT_ALLOWED", party[0].Invite("carol"));
        Assert.Equal("ack", party[1].Invite("carol"));
    }

    [Fact]
    public void Who_is_in_no_party_has_nothing_to_say_in_one()
    {
        using var gateway = Partying.Gateway();
        var alice = gateway.Connect("alice");

        Assert.Equal("NOT_IN_ROOM", alice.Party("leave"));
        Assert.Equal("NOT_IN_ROOM", alice.Invite("bob"));
        Assert.Equal("NOT_IN_ROOM", alice.Kick("bob"));
        Assert.Equal("NOT_IN_ROOM", alice.Promote("bob"));
        Assert.Equal("NOT_IN_ROOM", alice.Ready());
        Assert.Equal("NOT_ALLOWED", alice.Party("accept", """{"party":"01M7YK5CKP3131CXGA8F6NPW8S"}"""));
        Assert.Equal("NOT_ALLOWED", alice.Party("decline", """{"party":"01M7YK5CKP3131CXGA8F6NPW8S"}"""));
    }

    [Fact]
    public void A_kicked_member_is_told_and_so_is_who_is_invited_no_more()
    {
        using var gateway = Partying.Gateway();
        var party = gateway.Together("alice", "bob");
        var carol = gateway.Connect("carol");
        party[0].Invite("carol");

        Assert.Equal("ack", party[0].Kick("bob"));
        Assert.Equal("closed kicked", party[1].ReadParty()[^1]);
        carol.ReadAll();
        Assert.Equal("ack", party[0].Kick("carol"));
        Assert.Equal(["closed withdrawn"], carol.ReadParty());
        Assert.Equal("alice*", party[0].State());
        Assert.Equal("NOT_ALLOWED", carol.Accept());

        Assert.Equal("NOT_ALLOWED", party[0].Kick("bob"));
        Assert.Equal("NOT_ALLOWED", party[0].Kick("alice"));
        Assert.Equal("NOT_ALLOWED", party[0].Promote("bob"));
        Assert.Equal("ack", party[0].Promote("alice"));
    }

    [Fact]
    public void Who_declines_is_invited_no_more()
    {
        using var gateway = Partying.Gateway();
        var (alice, bob) = (gateway.Connect("alice"), gateway.Connect("bob"));
        alice.Party("create");
        alice.Invite("bob");
        bob.ReadAll();

        Assert.Equal("ack", bob.Decline());
        Assert.Equal(["closed declined"], bob.ReadParty());
        Assert.Equal("alice*", alice.State());
        Assert.Equal("NOT_ALLOWED", bob.Accept());
    }

    [Fact]
    public void Who_is_invited_is_told_that_the_party_is_gone()
    {
        using var gateway = Partying.Gateway();
        var (alice, bob) = (gateway.Connect("alice"), gateway.Connect("bob"));
        alice.Party("create");
        alice.Invite("bob");
        bob.ReadAll();

        alice.Party("leave");

        Assert.Equal(["closed gone"], bob.ReadParty());
        Assert.Equal("NOT_ALLOWED", bob.Accept());
    }

    [Fact]
    public void An_invitation_says_nothing_of_who_is_there_and_finds_who_comes_later()
    {
        using var gateway = Partying.Gateway();
        var alice = gateway.Connect("alice");
        alice.Party("create");

        Assert.Equal("ack", alice.Invite("nobody"));
        Assert.Equal("alice* ?nobody", alice.State());

        var nobody = gateway.Connect("nobody");
        Assert.Equal(["invited by alice"], nobody.ReadParty());
        Assert.Equal("ack", nobody.Accept());
        Assert.Equal("alice* nobody", alice.State());
    }

    [Fact]
    public void All_sessions_of_a_user_see_the_party_also_those_that_come_later()
    {
        using var gateway = Partying.Gateway();
        var phone = gateway.Connect("bob");
        var party = gateway.Together("alice", "bob");
        Assert.Equal(["invited by alice", "alice* bob"], phone.ReadParty());

        var tablet = gateway.Connect("bob");
        Assert.Equal(["alice* bob"], tablet.ReadParty());
        Assert.Equal(2, tablet.Envelopes.Last().Number("version") - 1);

        Assert.Equal("ack", tablet.Party("leave"));
        Assert.All(new[] { phone, tablet, party[1] }, session => Assert.Equal("closed left", session.ReadParty()[^1]));
    }

    [Fact]
    public void The_longest_standing_member_leads_when_the_leaders_last_session_has_ended()
    {
        using var gateway = Partying.Gateway();
        var phone = gateway.Connect("alice");
        var party = gateway.Together("alice", "bob", "carol");

        party[0].Vanish();
        Assert.Equal("alice* bob carol", party[2].State());
        phone.Vanish();
        Assert.Equal("bob* carol", party[2].State());
        party[1].CloseGracefully();
        Assert.Equal("carol*", party[2].State());
        party[2].Vanish();
        Assert.Equal(0, gateway.Tenant.Parties.Count);
    }

    [Fact]
    public void Who_is_replaced_by_a_newer_session_stays()
    {
        using var gateway = Partying.Gateway(
            tenant: tenant => tenant with { Policy = tenant.Policy with { Sessions = new() { Mode = Configuration.SessionMode.Single, MaxSessionsPerUser = 1, OnExceed = Configuration.SessionExceedRule.KickOldest } } });
        var party = gateway.Together("alice", "bob");

        var again = gateway.Connect("alice");

        Assert.True(party[0].IsClosed);
        Assert.Equal("alice* bob", again.State());
        Assert.Equal("alice* bob", party[1].State());
    }

    [Theory]
    [InlineData("invite", null)]
    [InlineData("invite", "{}")]
    [InlineData("invite", "[]")]
    [InlineData("invite", """{"user":1}""")]
    [InlineData("invite", """{"user":""}""")]
    [InlineData("invite", """{"user":"a\nb"}""")]
    [InlineData("invite", """{"user":"\ud800"}""")]
    [InlineData("invite", """{"\ud800":1,"user":"bob"}""")]
    [InlineData("kick", """{"party":"x"}""")]
    [InlineData("promote", "null")]
    [InlineData("accept", null)]
    [InlineData("accept", """{"party":null}""")]
    [InlineData("accept", """{"party":""}""")]
    [InlineData("decline", """{"user":"bob"}""")]
    [InlineData("ready", """{"ready":"yes"}""")]
    [InlineData("dance", null)]
    public void What_makes_no_sense_is_refused(string type, string? data)
    {
        using var gateway = Partying.Gateway();
        var party = gateway.Together("alice", "bob");

        Assert.Equal("BAD_REQUEST", party[0].Party(type, data));
        Assert.Empty(party[1].ReadParty());
    }

    [Fact]
    public void A_name_has_128_bytes_at_most()
    {
        using var gateway = Partying.Gateway();
        var alice = gateway.Together("alice")[0];

        Assert.Equal("ack", alice.Invite(new string('x', 128)));
        Assert.Equal("BAD_REQUEST", alice.Invite(new string('x', 129)));
        Assert.Equal("BAD_REQUEST", alice.Invite(new string('é', 65)));
        Assert.Equal("BAD_REQUEST", alice.Party("accept", $$"""{"party":"{{new string('x', 65)}}"}"""));
    }

    [Fact]
    public void What_is_not_allowed_is_refused_but_leaving_always_works()
    {
        using var gateway = Partying.Gateway();
        var party = gateway.Together("alice", "bob");
        gateway.ReloadTenant(tenant => tenant with { Policy = tenant.Policy with { ExtAllowlist = ["party:ready"] } });

        Assert.Equal("NOT_ALLOWED", party[0].Kick("bob"));
        Assert.Equal("ack", party[0].Ready());
        Assert.Equal("ack", party[1].Party("leave"));
    }
}
