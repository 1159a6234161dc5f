using WsPrism.Core.Configuration;
using WsPrism.Core.Delivery;
using WsPrism.Core.Sessions;
using WsPrism.Core.Sessions.Resume;
using WsPrism.Core.Tests.Delivery;
using WsPrism.Protocol;
using static WsPrism.Core.Tests.Sessions.Resume.Resumable;

namespace WsPrism.Core.Tests.Sessions.Resume;

public sealed class ResumeTests
{
    [Fact]
    public void Authed_says_with_what_and_for_how_long()
    {
        using var gateway = Gateway();
        var resume = gateway.Connect("bob").Greeting.Data.GetProperty("resume");

        Assert.Equal(["token", "window_ms"], resume.EnumerateObject().Select(property => property.Name));
        Assert.Equal(22, resume.GetProperty("token").GetString()!.Length);
        Assert.Equal(WindowMs, resume.GetProperty("window_ms").GetInt32());
    }

    [Fact]
    public void What_came_meanwhile_is_sent_in_order_behind_sys_resumed_and_before_anything_new()
    {
        using var gateway = Gateway();
        var alice = gateway.ConnectTo("lobby", "alice");
        var bob = gateway.ConnectTo("lobby", "bob");
        alice.Say("1").Say("2");
        bob.Vanish();
        alice.Say("3").Say("4");

        var again = gateway.Resume(bob);
        alice.Say("5");

        AssertResumed(bob, again, replayed: 2);
        Assert.Equal("3 4 5", again.Heard());
        Assert.Equal("sys.resumed chat.msg chat.msg sys.budget sys.budget chat.msg", again.Begins(6));
        Assert.Equal(FrameKind.Ping, again.Received[1].Kind);
        Assert.Equal(["session", "position", "replayed", "handle", "resume", "ping_interval_ms", "idle_timeout_ms", "max_frame_bytes", "server_time_ms"],
            again.Greeting.Data.EnumerateObject().Select(property => property.Name));
        Assert.Equal(2, again.Greeting.Number("position"));
        Assert.NotEqual(bob.ResumeToken, again.ResumeToken);
        Assert.Equal(1, gateway.Count(counters => counters.Resumes(ResumeFailure.None)));
        Assert.Equal(2, gateway.Count(counters => counters.Replayed));
    }

    [Fact]
    public void What_was_sent_and_did_not_arrive_is_sent_again()
    {
        using var gateway = Gateway();
        var alice = gateway.ConnectTo("lobby", "alice");
        var bob = gateway.ConnectTo("lobby", "bob");
        alice.Say("1").Say("2").Say("3");
        bob.Vanish();
        alice.Say("4");

        var again = gateway.Resume(bob, position: 1);

        AssertResumed(bob, again, replayed: 3);
        Assert.Equal("2 3 4", again.Heard());
        Assert.Equal(4, again.Position);
        Frames.AssertBalanced(gateway.Ledger());
        Assert.Equal(4, bob.Session.Ledger.Accepted(DeliveryClass.Ext));
        Assert.Equal(4, bob.Session.Ledger.Count(DeliveryClass.Ext, Fate.Delivered));
    }

    [Fact]
    public void A_drop_during_the_replay_repeats_what_did_not_arrive_of_it()
    {
        using var gateway = Gateway();
        var alice = gateway.ConnectTo("lobby", "alice");
        var bob = gateway.ConnectTo("lobby", "bob");
        alice.Say("1").Say("2");
        bob.Vanish();
        alice.Say("3").Say("4").Say("5");

        // The greeting, its ping, one that was sent before, and one that was not.
        var second = gateway.Resume(bob, position: 1, setUp: connection => connection.FrameCredit = 4);
        Assert.Equal("2 3", second.Heard());
        alice.Say("6");
        second.Vanish();
        alice.Say("7");
        var third = gateway.Resume(second, position: 2);

        AssertResumed(bob, third, replayed: 5);
        Assert.Equal("3 4 5 6 7", third.Heard());
        Frames.AssertBalanced(gateway.Ledger());
    }

    [Fact]
    public void A_connection_that_breaks_before_its_first_frame_arrives_leaves_the_token_good()
    {
        using var gateway = Gateway();
        var alice = gateway.ConnectTo("lobby", "alice");
        var bob = gateway.ConnectTo("lobby", "bob");
        bob.Vanish();
        alice.Say("1");
        var lost = gateway.Resume(bob).Vanish();
        alice.Say("2");

        var again = gateway.Resume(bob);

        AssertResumed(bob, again, replayed: 2);
        Assert.Equal("1 2", again.Heard());
        AssertResumed(bob, gateway.Resume(lost), replayed: 1);
    }

    // Those that a client gave up may still be on their way, and come behind the one whose answer it got: it has that token, and no other.
    [Fact]
    public void However_many_attempts_arrive_late_the_token_that_one_of_them_told_is_good()
    {
        using var gateway = Gateway();
        var bob = gateway.ConnectTo("lobby", "bob").Vanish();
        var heard = gateway.Resume(bob);
        var late = Enumerable.Range(0, 10).Select(_ => gateway.Resume(bob)).ToArray();

        var again = gateway.Resume(heard);

        AssertResumed(bob, again, replayed: 0);
        Assert.All(late, attempt => Assert.True(attempt.IsClosed));
        Assert.Equal("unknown", gateway.Resume(bob).ResumeFailed());
        Assert.False(again.IsClosed);
    }

    [Fact]
    public void A_token_is_used_up_when_the_client_has_shown_that_it_has_the_next()
    {
        using var gateway = Gateway();
        var bob = gateway.ConnectTo("lobby", "bob").Vanish();
        var again = gateway.Resume(bob).Pong();

        Assert.Equal("unknown", gateway.Resume(bob).ResumeFailed());
        Assert.False(again.IsClosed);
        again.Vanish();
        Assert.Equal("unknown", gateway.Resume(bob).ResumeFailed());
        AssertResumed(bob, gateway.Resume(again), replayed: 0);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData(1000, false)]
    [InlineData(1005, false)]
    [InlineData(3000, false)]
    [InlineData(4999, false)]
    [InlineData(1001, true)]
    [InlineData(1002, true)]
    [InlineData(1011, true)]
    public void A_session_waits_unless_its_client_has_ended_it(int? code, bool waits)
    {
        using var gateway = Gateway();
        var bob = gateway.ConnectTo("lobby", "bob");
        bob = code is { } close ? bob.CloseGracefully((ushort)close) : bob.Vanish();

        Assert.True(bob.IsClosed);
        if (code is > 0 and not 1005)
        {
            Assert.Equal((ushort)code, bob.CloseCode);
        }

        Assert.Equal(waits ? 1 : 0, gateway.Count(counters => counters.Detached));
        Assert.Equal(waits ? null : "unknown", gateway.Resume(bob).ResumeFailed());
        Assert.Equal(0, gateway.Count(counters => counters.Detached));
    }

    [Fact]
    public void An_idle_client_is_told_4411_and_may_come_back()
    {
        using var gateway = Gateway();
        var bob = gateway.ConnectTo("lobby", "bob");
        gateway.Advance(61_000);

        Assert.Equal(CloseCode.IdleTimeout, bob.CloseCode);
        Assert.True(bob.IsClosed);
        AssertResumed(bob, gateway.Resume(bob), replayed: 0);
        Assert.Equal(0, gateway.Count(counters => counters.Ended(EndReason.IdleTimeout)));
    }

    [Fact]
    public void A_slow_consumer_is_told_4410_and_may_come_back_for_what_did_not_fit()
    {
        using var gateway = Gateway(tenant: tenant => tenant with { Limits = tenant.Limits with { Outbound = new OutboundConfig { ExtMessages = 2 } } });
        var alice = gateway.ConnectTo("lobby", "alice");
        var bob = gateway.ConnectTo("lobby", "bob").Stall();
        alice.Say("1").Say("2");
        Assert.Equal(0, gateway.Count(counters => counters.Detached));
        alice.Say("3").Say("4");
        Assert.Equal(1, gateway.Count(counters => counters.Detached));
        bob.Grant();

        Assert.Equal(CloseCode.SlowConsumer, bob.CloseCode);
        Assert.Equal(string.Empty, bob.Heard());
        var again = gateway.Resume(bob);
        AssertResumed(bob, again, replayed: 4);
        Assert.Equal("1 2 3 4", again.Heard());
        Frames.AssertBalanced(gateway.Ledger());
    }

    [Fact]
    public void A_slow_consumer_that_never_takes_its_close_is_cut_and_may_come_back()
    {
        using var gateway = Gateway();
        var alice = gateway.ConnectTo("lobby", "alice");
        var bob = gateway.ConnectTo("lobby", "bob").Stall();
        alice.Say("1");
        gateway.Advance(1_600);

        Assert.True(bob.IsClosed);
        AssertResumed(bob, gateway.Resume(bob), replayed: 1);
        Assert.Equal(0, gateway.Count(counters => counters.Ended(EndReason.WriteTimeout)));
    }

    [Fact]
    public void Who_comes_back_while_the_old_connection_still_looks_alive_takes_it_over()
    {
        using var gateway = Gateway(shards: 2);
        var alice = gateway.ConnectTo("lobby", "alice");
        var bob = gateway.ConnectTo("lobby", "bob");
        alice.Say("1").Say("2");

        var again = gateway.Resume(bob, position: 1);
        alice.Say("3");

        Assert.True(bob.Connection.IsAborted);
        Assert.True(bob.IsClosed);
        AssertResumed(bob, again, replayed: 1);
        Assert.Equal("2 3", again.Heard());
        Assert.Equal("1 2", bob.Heard());

        // Whatever the old connection still has to tell is nobody's affair.
        bob.Say("x").CloseGracefully();
        bob.Session.Shard.Post(bob.Connection.Abort);
        gateway.Advance(5_000);
        Assert.False(again.Session.HasEnded);
        alice.Say("4");
        Assert.Equal("2 3 4", again.Heard());
        Assert.Equal(3, gateway.Node.Shards.Sum(shard => shard.SessionCount) + 1);
    }

    [Fact]
    public void Ids_are_acted_on_once_and_answered_again()
    {
        using var gateway = Gateway();
        var bob = gateway.ConnectTo("lobby", "bob");
        bob.Send("chat", "send", """{"msg":"a"}""", "lobby", id: "7");
        bob.Vanish();

        var again = gateway.Resume(bob).Send("chat", "send", """{"msg":"a"}""", "lobby", id: "7").Send("chat", "send", """{"msg":"b"}""", "lobby", id: "8");

        Assert.Equal(["7", "8"], again.Envelopes.Where(envelope => envelope.Name == "sys.ack").Select(envelope => envelope.Id!));
        Assert.Equal("a", bob.Heard());
        Assert.Equal("b", again.Heard());
    }

    [Fact]
    public void It_keeps_its_rooms_and_nobody_sees_it_go()
    {
        var watcher = new MembershipLog();
        using var gateway = Gateway();
        var alice = gateway.ConnectTo("lobby", "alice");
        var bob = gateway.ConnectTo("lobby", "bob");
        gateway.Tenant.Registry.Watch(watcher);
        watcher.Entries.Clear();

        bob.Vanish();
        gateway.Advance(10_000);
        alice.Pong();
        var again = gateway.Resume(bob);

        Assert.Empty(watcher.Entries);
        Assert.Equal(2, gateway.Tenant.Registry.FindRoom("lobby")!.UserCount);
        Assert.Equal(bob.Handle, again.Greeting.Number("handle"));
        again.Say("hello");
        Assert.Equal("hello", alice.Heard());
    }

    [Fact]
    public void It_keeps_its_place_in_the_limits_and_needs_no_other_to_come_back()
    {
        using var gateway = Gateway(tenant: tenant => tenant with
        {
            Limits = tenant.Limits with { MaxSessionsTotal = 1 },
            Policy = tenant.Policy with { Sessions = new SessionPolicyConfig { Mode = SessionMode.Single, MaxSessionsPerUser = 1 } },
        });
        var bob = gateway.Connect("bob").Vanish();

        Assert.Equal(1, gateway.Tenant.Registry.SeatsTaken);
        Assert.Null(gateway.TryConnect("carol"));
        AssertResumed(bob, gateway.Resume(bob), replayed: 0);
        Assert.Equal(1, gateway.Tenant.Registry.SeatsTaken);
    }

    [Fact]
    public void With_kick_oldest_a_newcomer_takes_the_place_of_one_that_waits()
    {
        using var gateway = Gateway(tenant: tenant => tenant with
        {
            Policy = tenant.Policy with { Sessions = new SessionPolicyConfig { MaxSessionsPerUser = 1, OnExceed = SessionExceedRule.KickOldest } },
        });
        var bob = gateway.ConnectTo("lobby", "bob").Vanish();
        gateway.Connect("bob");

        Assert.True(bob.Session.HasEnded);
        Assert.Equal(1, gateway.Tenant.Registry.SeatsTaken);
        Assert.Equal(1, gateway.Count(counters => counters.Ended(EndReason.Replaced)));
        Assert.Equal(0, gateway.Count(counters => counters.Detached));
        Assert.Equal("unknown", gateway.Resume(bob).ResumeFailed());
    }

    [Fact]
    public void The_ticket_that_it_comes_back_with_is_the_one_that_counts()
    {
        using var gateway = Gateway();
        var now = gateway.Time.GetUtcNow().ToUnixTimeMilliseconds();
        var bob = gateway.TryConnect(new Identity("bob") { ExpiresAtMs = now + 20_000 })!.Vanish();
        gateway.Advance(10_000);
        var again = gateway.Resume(bob, identity: new Identity("bob") { ExpiresAtMs = now + 40_000 });
        gateway.Advance(20_000);
        Assert.False(again.Session.HasEnded);
        again.Pong();
        gateway.Advance(10_100);

        Assert.Equal(CloseCode.TicketExpired, again.CloseCode);
    }

    [Fact]
    public void State_sequences_and_the_rate_go_on()
    {
        using var gateway = Gateway(tenant: tenant => tenant with { Policy = tenant.Policy with { RateLimitRps = 1, RateLimitBurst = 3 } });
        var bob = gateway.Connect("bob").Join("lobby");
        bob.Session.TrySetState("{\"hp\":1}"u8);
        bob.SendHot(new Protocol.Hot.HotFrame { SvcId = 250, Opcode = 1, Flags = Protocol.Hot.HotFlags.Seq, Seq = 5 });
        bob.Vanish();

        var again = gateway.Resume(bob);
        Assert.Equal("{\"hp\":1}"u8.ToArray(), again.Session.State.ToArray());

        // The third token of three goes to a frame that is old, and there is none for a fourth.
        again.SendHot(new Protocol.Hot.HotFrame { SvcId = 250, Opcode = 1, Flags = Protocol.Hot.HotFlags.Seq, Seq = 5 });
        again.Send("chat", "send", """{"msg":"x"}""", "lobby", id: "1");
        Assert.Empty(again.HotFrames);
        Assert.Equal("RATE_LIMITED", again.Envelopes.Last().Code);
    }

    [Fact]
    public void What_the_gateway_tells_meanwhile_waits_behind_the_replay()
    {
        using var gateway = Gateway();
        var alice = gateway.ConnectTo("lobby", "alice");
        var bob = gateway.ConnectTo("lobby", "bob").Vanish();
        bob.Session.Shard.Post(() => bob.Session.Join("arena"u8, activate: false, byBackend: true));
        gateway.RunUntilIdle();
        alice.Say("1");

        var again = gateway.Resume(bob);

        Assert.Equal("sys.resumed chat.msg sys.joined sys.budget sys.budget", again.Begins(5));
    }

    [Fact]
    public void Without_a_window_there_is_nothing_to_come_back_to()
    {
        using var gateway = Gateway(windowMs: 0);
        var bob = gateway.ConnectTo("lobby", "bob").Vanish();

        Assert.Null(bob.ResumeToken);
        Assert.Null(bob.Session.Resume);
        Assert.True(bob.Session.HasEnded);
        Assert.Equal(1, gateway.Count(counters => counters.Ended(EndReason.ConnectionLost)));
        Assert.Equal("unknown", gateway.TryResume(new ResumeRequest("AAAAAAAAAAAAAAAAAAAAAA", "0"), new Identity("bob"))!.ResumeFailed());
    }

    [Fact]
    public void A_reload_counts_from_the_next_lost_connection_on()
    {
        using var gateway = Gateway();
        var (bob, carol, dave) = (gateway.Connect("bob"), gateway.Connect("carol"), gateway.Connect("dave"));
        bob.Vanish();
        gateway.ReloadTenant(tenant => tenant with { Resume = tenant.Resume with { WindowMs = 60_000 } });
        carol.Vanish();
        gateway.Advance(WindowMs + 100);
        dave.Pong();
        Assert.Equal("expired", gateway.Resume(bob).ResumeFailed());
        AssertResumed(carol, gateway.Resume(carol), replayed: 0);

        gateway.ReloadTenant(tenant => tenant with { Resume = tenant.Resume with { WindowMs = 0 } });
        dave.Vanish();
        Assert.True(dave.Session.HasEnded);
        Assert.Null(gateway.Connect("erin").ResumeToken);
    }

    private sealed class MembershipLog : Core.Tenants.IMembershipWatcher
    {
        public List<string> Entries { get; } = [];

        public void OnJoined(Core.Rooms.Room room, Session session) => Entries.Add($"+{session.User}");

        public void OnLeft(Core.Rooms.Room room, Session session) => Entries.Add($"-{session.User}");
    }
}
