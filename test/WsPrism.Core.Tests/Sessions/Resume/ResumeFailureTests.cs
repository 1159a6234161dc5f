using WsPrism.Core.Configuration;
using WsPrism.Core.Delivery;
using WsPrism.Core.ServerApi;
using WsPrism.Core.Sessions;
using WsPrism.Core.Sessions.Resume;
using WsPrism.Core.Tests.Delivery;
using WsPrism.Protocol;
using WsPrism.Testing;
using static WsPrism.Core.Tests.Sessions.Resume.Resumable;

namespace WsPrism.Core.Tests.Sessions.Resume;

public sealed class ResumeFailureTests
{
    [Theory]
    [InlineData(0, null)]
    [InlineData(16, "expired")]
    public void The_window_is_as_long_as_it_says(int later, string? failure)
    {
        using var gateway = Gateway();
        var watching = gateway.ConnectTo("lobby", "alice");
        gateway.Advance(16 - (gateway.Node.Shards[0].Clock.NowMs % 16));
        var bob = gateway.ConnectTo("lobby", "bob").Vanish();
        gateway.Advance(20_000);
        watching.Pong();
        gateway.Time.Advance(WindowMs - 20_000 + later);

        Assert.Equal(failure, gateway.Resume(bob).ResumeFailed());
        Assert.Equal(failure is null ? 0 : 1, gateway.Count(counters => counters.Ended(EndReason.ResumeExpired)));
    }

    [Fact]
    public void When_the_window_is_over_the_session_ends()
    {
        using var gateway = Gateway();
        var alice = gateway.ConnectTo("lobby", "alice");
        var bob = gateway.ConnectTo("lobby", "bob").Vanish();
        alice.Say("1");
        gateway.Advance(WindowMs + 20);

        Assert.True(bob.Session.HasEnded);
        Assert.Equal(1, gateway.Count(counters => counters.Ended(EndReason.ResumeExpired)));
        Assert.Equal(1, gateway.Tenant.Registry.FindRoom("lobby")!.UserCount);
        Assert.Equal(1, gateway.Ledger().Count(DeliveryClass.Ext, Fate.SessionClosed));
        Assert.Equal((0, 1, 1), (gateway.Count(counters => counters.Detached), gateway.Node.Shards[0].SessionCount, gateway.Tenant.Registry.SeatsTaken));
        Frames.AssertBalanced(gateway.Ledger());
        Assert.Contains(gateway.Log.Entries, entry => entry.Message.Contains("reason=resume_expired", StringComparison.Ordinal));

        var again = gateway.Resume(bob);
        Assert.Equal("expired", again.ResumeFailed());
        Assert.NotEqual(bob.Session.SessionId, again.Session.SessionId);
        Assert.Equal(1, gateway.Count(counters => counters.Resumes(ResumeFailure.Expired)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAB")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("ÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄ")]
    public void A_token_that_nobody_has_is_unknown(string token)
    {
        using var gateway = Gateway();
        Assert.Equal("unknown", gateway.TryResume(new ResumeRequest(token, "0"), new Identity("bob"))!.ResumeFailed());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData(" 1")]
    [InlineData("1.0")]
    [InlineData("x")]
    [InlineData("99999999999999999999")]
    [InlineData("3")]
    public void A_position_that_cannot_be_ends_what_waits(string? position)
    {
        using var gateway = Gateway();
        var alice = gateway.ConnectTo("lobby", "alice");
        var bob = gateway.ConnectTo("lobby", "bob");
        alice.Say("1").Say("2");
        bob.Vanish();

        var again = gateway.TryResume(new ResumeRequest(bob.ResumeToken!, position), new Identity("bob"))!;

        Assert.Equal("position", again.ResumeFailed());
        Assert.True(bob.Session.HasEnded);
        Assert.Equal(2, gateway.Tenant.Registry.SeatsTaken);
    }

    [Fact]
    public void Another_users_ticket_gets_a_session_of_its_own_and_leaves_the_other_alone()
    {
        using var gateway = Gateway();
        var bob = gateway.ConnectTo("lobby", "bob").Vanish();
        var mallory = gateway.Resume(bob, identity: new Identity("mallory"));

        Assert.Equal("user", mallory.ResumeFailed());
        Assert.Equal("mallory", mallory.Greeting.String("user"));
        AssertResumed(bob, gateway.Resume(bob), replayed: 0);
    }

    [Fact]
    public void A_buffer_holds_what_it_says_and_a_byte_more_ends_the_session()
    {
        var length = MessageLength();
        using var gateway = Gateway(bufferBytes: 3 * length);
        var alice = gateway.ConnectTo("lobby", "alice");
        var (bob, carol) = (gateway.ConnectTo("lobby", "bob"), gateway.ConnectTo("lobby", "carol"));
        bob.Vanish();
        alice.Say("1").Say("2").Say("3");
        AssertResumed(bob, bob = gateway.Resume(bob), replayed: 3);
        bob.Vanish();
        carol.Vanish();
        alice.Say("4").Say("5");
        Assert.False(carol.Session.HasEnded);
        alice.Say("6");
        Assert.False(carol.Session.HasEnded);
        alice.Say("7");

        Assert.True(bob.Session.HasEnded);
        Assert.True(carol.Session.HasEnded);
        Assert.Equal(2, gateway.Count(counters => counters.Ended(EndReason.ResumeOverrun)));
        Assert.Equal("overrun", gateway.Resume(bob).ResumeFailed());
        Assert.Equal("overrun", gateway.Resume(carol).ResumeFailed());
        Assert.Equal(6, gateway.Ledger().Count(DeliveryClass.Ext, Fate.SessionClosed));
        Assert.Equal(2, gateway.Ledger().Count(DeliveryClass.Ext, Fate.Overflow));
        Frames.AssertBalanced(gateway.Ledger());
    }

    [Fact]
    public void What_comes_pushes_out_what_was_sent()
    {
        var length = MessageLength();
        using var gateway = Gateway(bufferBytes: 3 * length);
        var alice = gateway.ConnectTo("lobby", "alice");
        var (bob, carol) = (gateway.ConnectTo("lobby", "bob"), gateway.ConnectTo("lobby", "carol"));
        alice.Say("1").Say("2").Say("3");
        bob.Vanish();
        carol.Vanish();
        alice.Say("4");

        var again = gateway.Resume(bob, position: 1);
        Assert.Equal("2 3 4", again.Heard());
        Assert.Equal("overrun", gateway.Resume(carol, position: 0).ResumeFailed());
        Assert.True(carol.Session.HasEnded);
    }

    [Fact]
    public void All_sessions_together_hold_what_the_tenant_may_and_a_shared_envelope_counts_once()
    {
        var length = MessageLength();
        using var gateway = Gateway(bufferBytes: 1_024, totalBytes: 3 * length);
        var alice = gateway.ConnectTo("lobby", "alice");
        var (bob, carol) = (gateway.ConnectTo("lobby", "bob"), gateway.ConnectTo("lobby", "carol"));
        bob.Vanish();
        carol.Vanish();
        alice.Say("1").Say("2").Say("3");
        Assert.Equal(3 * length, gateway.Tenant.ResumeMemory.Bytes);
        Assert.False(bob.Session.HasEnded);
        alice.Say("4");

        Assert.True(bob.Session.HasEnded);
        Assert.Equal("overrun", gateway.Resume(bob).ResumeFailed());
        Assert.InRange(gateway.Tenant.ResumeMemory.Bytes, 0, 3 * length);
    }

    [Fact]
    public void Memory_is_given_back_when_nobody_can_come_back_for_it()
    {
        using var gateway = Gateway();
        var alice = gateway.ConnectTo("lobby", "alice");
        var bob = gateway.ConnectTo("lobby", "bob");
        alice.Say("1");
        bob.Vanish();
        alice.Say("2");
        bob = gateway.Resume(bob, position: 0, setUp: connection => connection.FrameCredit = 3);
        alice.Say("3");
        Assert.NotEqual(0, gateway.Tenant.ResumeMemory.Bytes);

        bob.CloseGracefully();
        alice.CloseGracefully();

        Assert.Equal(0, gateway.Tenant.ResumeMemory.Bytes);
    }

    [Fact]
    public void More_than_a_resume_may_hold_waits_for_nobody()
    {
        var length = MessageLength();
        using var gateway = Gateway(bufferBytes: 2 * length);
        var alice = gateway.ConnectTo("lobby", "alice");
        var bob = gateway.ConnectTo("lobby", "bob").Stall();
        alice.Say("1").Say("2").Say("3");
        bob.Vanish();

        Assert.True(bob.Session.HasEnded);
        Assert.Equal(1, gateway.Count(counters => counters.Ended(EndReason.ConnectionLost)));
        Assert.Equal("overrun", gateway.Resume(bob).ResumeFailed());
        Frames.AssertBalanced(gateway.Ledger());
    }

    [Fact]
    public void Reliable_hot_frames_wait_within_their_own_bound()
    {
        using var gateway = Gateway(tenant: tenant => tenant with { Limits = tenant.Limits with { Outbound = new OutboundConfig { HotReliableBytes = 1_024 } } });
        var alice = gateway.ConnectTo("lobby", "alice");
        var bob = gateway.ConnectTo("lobby", "bob").Vanish();
        var frame = new Protocol.Hot.HotFrame { SvcId = 1, Opcode = 1, Flags = Protocol.Hot.HotFlags.Reliable, Payload = new byte[505] };
        alice.SendHot(frame).SendHot(frame);
        Assert.False(bob.Session.HasEnded);
        alice.SendHot(frame);

        Assert.True(bob.Session.HasEnded);
        Assert.Equal("overrun", gateway.Resume(bob).ResumeFailed());
    }

    [Fact]
    public async Task Who_ends_sessions_reaches_those_that_wait()
    {
        using var gateway = Gateway(shards: 2);
        var alice = gateway.ConnectTo("lobby", "alice");
        var now = gateway.Time.GetUtcNow().ToUnixTimeMilliseconds();
        var kicked = gateway.ConnectTo("lobby", "kicked").Vanish();
        var expired = gateway.TryConnect(new Identity("expired") { ExpiresAtMs = now + 10_000 })!.Vanish();
        var revoked = gateway.TryConnect(new Identity("revoked"))!.Vanish();

        var kick = SessionControl.KickAsync([kicked.Session], "out");
        var revoke = SessionControl.RevokeAsync([revoked.Session], _ => true);
        gateway.RunUntilIdle();
        Assert.Equal((1, 1), (await kick, await revoke));
        gateway.Advance(10_100);
        alice.Pong();

        Assert.All([kicked, expired, revoked], client => Assert.True(client.Session.HasEnded));
        Assert.Equal(1, gateway.Count(counters => counters.Ended(EndReason.Kicked)));
        Assert.Equal(1, gateway.Count(counters => counters.Ended(EndReason.TicketExpired)));
        Assert.Equal(1, gateway.Count(counters => counters.Ended(EndReason.TicketRevoked)));
        Assert.Equal(0, gateway.Count(counters => counters.Detached));
        Assert.Equal(1, gateway.Node.Shards.Sum(shard => shard.SessionCount));
        Assert.All([kicked, expired, revoked], client => Assert.Equal("unknown", gateway.Resume(client).ResumeFailed()));
    }

    [Fact]
    public void A_removed_tenant_takes_those_that_wait_with_it()
    {
        using var gateway = Gateway();
        var bob = gateway.ConnectTo("lobby", "bob").Vanish();
        gateway.Reload(config => config with { Tenants = [config.Tenants[0] with { Id = "other" }] });

        Assert.True(bob.Session.HasEnded);
        Assert.Equal(0, gateway.Tenant.ResumeMemory.Bytes);
    }

    [Fact]
    public void A_drain_does_not_wait_for_those_that_wait()
    {
        using var gateway = Gateway();
        var bob = gateway.ConnectTo("lobby", "bob").Vanish();
        var drain = gateway.Node.DrainAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        gateway.RunUntilIdle();

        Assert.True(bob.Session.HasEnded);
        Assert.Equal(0, gateway.Node.Shards[0].SessionCount);
        for (var i = 0; i < 10 && !drain.IsCompleted; i++)
        {
            gateway.Advance(16);
        }
    }

    [Fact]
    public void A_session_that_ends_on_the_way_costs_its_client_a_seat()
    {
        using var gateway = Gateway(tenant: tenant => tenant with { Limits = tenant.Limits with { MaxSessionsTotal = 1 } });
        var bob = gateway.Connect("bob").Vanish();
        var claim = gateway.Tenant.Resumes.Find(new ResumeRequest(bob.ResumeToken!, "0"), "bob", out _)!;
        bob.Session.Shard.Post(() => bob.Session.End(EndReason.Kicked));
        gateway.RunUntilIdle();
        var carol = gateway.Connect("carol");

        var late = Come();
        Assert.Equal((ErrorCode.ResourceExhausted.ToString().Length > 0, (ushort?)1013), (late.Envelopes.Single().Code == "RESOURCE_EXHAUSTED", late.CloseCode));
        Assert.Equal(1, gateway.Tenant.Registry.SeatsTaken);
        carol.CloseGracefully();
        Assert.Equal("unknown", Come().ResumeFailed());

        TestClient Come()
        {
            TestClient client = null!;
            bob.Session.Shard.Post(() => gateway.Node.ResumeOn(claim, gateway.Tenant, new Identity("bob"), session =>
            {
                var connection = new MemoryConnection(session);
                client = new TestClient(gateway, session, connection);
                gateway.Clients.Add(client);
                return connection;
            }));
            gateway.RunUntilIdle();
            return client;
        }
    }

    [Fact]
    public void Only_so_many_reasons_are_remembered()
    {
        var table = new ResumeTable();
        for (var i = 0; i <= ResumeTable.MaxRemembered; i++)
        {
            table.Add((UInt128)i, null!);
            table.Remove((UInt128)i, ResumeFailure.Expired);
        }

        Assert.Equal(ResumeFailure.Unknown, table.WhyGone(0));
        Assert.Equal(ResumeFailure.Expired, table.WhyGone(1));
    }

    private static int MessageLength()
    {
        // Long enough that limits of a few of them are within the key's range; the gateway under test says the same to the byte, for its clock begins alike.
        using var gateway = Gateway();
        var alice = gateway.ConnectTo("lobby", "alice").Say("1");
        return LengthOf(alice);
    }
}
