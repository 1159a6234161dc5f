using WsPrism.Core.Configuration;
using WsPrism.Core.Sessions;
using WsPrism.Core.Tickets;
using WsPrism.Protocol;
using WsPrism.Testing;

namespace WsPrism.Core.Tests.Sessions;

public sealed class TicketExpiryTests
{
    [Fact]
    public void A_session_ends_with_its_ticket_after_a_warning()
    {
        using var gateway = Gateway();
        var alice = gateway.ConnectWith(Ticket(gateway, "alice", seconds: 3_600));
        alice.ReadAll();

        Pass(gateway, alice, 3_569_000);
        Assert.Empty(alice.ReadEnvelopes());

        Pass(gateway, alice, 1_100);
        var warning = Assert.Single(alice.ReadEnvelopes());
        Assert.Equal("sys.expiring", warning.Name);
        Assert.InRange(warning.Number("in_ms"), 29_850, 30_000);

        Pass(gateway, alice, 29_800);
        Assert.Empty(alice.ReadEnvelopes());
        Assert.False(alice.Session.HasEnded);

        gateway.Advance(200);
        Assert.Equal((CloseCode.TicketExpired, "ticket_expired"), (alice.CloseCode, alice.Received[^1].CloseReason));
        Assert.Equal(1, gateway.Count(counters => counters.Ended(EndReason.TicketExpired)));
        Assert.Equal(0, gateway.Tenant.Registry.SessionCount);
    }

    [Fact]
    public void The_warning_of_a_short_ticket_is_a_tenth_of_its_life_before()
    {
        using var gateway = Gateway();
        var alice = gateway.ConnectWith(Ticket(gateway, "alice", seconds: 10));
        alice.ReadAll();

        gateway.Advance(8_950);
        Assert.Empty(alice.ReadEnvelopes());
        gateway.Advance(100);
        Assert.InRange(Assert.Single(alice.ReadEnvelopes()).Number("in_ms"), 950, 1_000);
    }

    [Fact]
    public void A_newer_ticket_moves_the_end()
    {
        using var gateway = Gateway();
        var alice = gateway.ConnectWith(Ticket(gateway, "alice", seconds: 100));
        Pass(gateway, alice, 95_000);
        alice.ReadAll();

        var answer = Refresh(alice, Ticket(gateway, "alice", seconds: 100)).NextEnvelope();
        Assert.Equal("sys.ack", answer.Name);
        Assert.Equal(gateway.Time.GetUtcNow().ToUnixTimeMilliseconds() + 100_000, alice.Session.Identity.ExpiresAtMs);

        Pass(gateway, alice, 89_900);
        Assert.Empty(alice.ReadEnvelopes());
        Pass(gateway, alice, 200);
        Assert.Equal("sys.expiring", Assert.Single(alice.ReadEnvelopes()).Name);
        gateway.Advance(10_000);
        Assert.Equal(CloseCode.TicketExpired, alice.CloseCode);
    }

    [Fact]
    public void A_ticket_that_ends_sooner_counts_too()
    {
        using var gateway = Gateway();
        var alice = gateway.ConnectWith(Ticket(gateway, "alice", seconds: 3_600));

        Refresh(alice, Ticket(gateway, "alice", seconds: 5));
        gateway.Advance(5_100);

        Assert.Equal(CloseCode.TicketExpired, alice.CloseCode);
    }

    [Fact]
    public void A_clock_that_is_set_forward_is_noticed_within_half_a_minute()
    {
        using var gateway = Gateway();
        var alice = gateway.ConnectWith(Ticket(gateway, "alice", seconds: 3_600));
        gateway.Advance(1_000);

        gateway.Time.SetForward = TimeSpan.FromHours(2);
        Pass(gateway, alice, 30_100);

        Assert.Equal(CloseCode.TicketExpired, alice.CloseCode);
    }

    [Fact]
    public void Who_shows_too_many_bad_tickets_is_not_looked_at_for_a_while()
    {
        using var gateway = Gateway();
        var alice = gateway.ConnectWith(Ticket(gateway, "alice", seconds: 100));
        alice.ReadAll();
        for (var i = 0; i < RefusedRefreshes.Burst; i++)
        {
            Assert.Equal("AUTH_FAILED", Refresh(alice, Ticket(gateway, "bob", seconds: 1_000)).NextEnvelope().Code);
        }

        Assert.Equal("RESOURCE_EXHAUSTED", Refresh(alice, Ticket(gateway, "alice", seconds: 1_000)).NextEnvelope().Code);

        gateway.Advance(10_000);
        alice.ReadAll();
        Refresh(alice, Ticket(gateway, "alice", seconds: 1_000));
        Assert.Equal(gateway.Time.GetUtcNow().ToUnixTimeMilliseconds() + 1_000_000, alice.Session.Identity.ExpiresAtMs);
    }

    [Fact]
    public void A_refused_refresh_leaves_the_end_where_it_is()
    {
        using var gateway = Gateway();
        var alice = gateway.ConnectWith(Ticket(gateway, "alice", seconds: 100));
        var end = alice.Session.Identity.ExpiresAtMs;
        alice.ReadAll();

        Assert.Equal("AUTH_FAILED", Refresh(alice, Ticket(gateway, "bob", seconds: 1_000)).NextEnvelope().Code);
        Assert.Equal("AUTH_FAILED", Refresh(alice, Ticket(gateway, "alice", seconds: -1)).NextEnvelope().Code);
        Assert.Equal("AUTH_FAILED", Refresh(alice, Ticket(gateway, "alice", seconds: 1_000) + "A").NextEnvelope().Code);
        Assert.Equal("AUTH_FAILED", Refresh(alice, new string('x', 3_900)).NextEnvelope().Code);

        Assert.Equal(end, alice.Session.Identity.ExpiresAtMs);
        Assert.Equal(1, gateway.Tenant.Tickets.Refused(TicketFailure.OtherUser));
        Assert.Equal(1, gateway.Tenant.Tickets.Refused(TicketFailure.Expired));
        Assert.Equal(1, gateway.Tenant.Tickets.Refused(TicketFailure.Signature));
        Assert.Equal(1, gateway.Tenant.Tickets.Refused(TicketFailure.Malformed));
        Assert.Contains(gateway.Log.Entries, entry => entry.Message == "Ticket refused: tenant=acme reason=other_user");
        Pass(gateway, alice, 100_100);
        Assert.Equal(CloseCode.TicketExpired, alice.CloseCode);
    }

    [Fact]
    public void Only_tickets_that_end_have_a_timer()
    {
        using var gateway = Gateway();
        var wheel = gateway.Node.Shards[0].Wheel;
        var dev = gateway.ConnectWith("dev");
        Assert.Null(dev.Session.TicketWatch);
        Assert.Equal(1, wheel.Count);

        var alice = gateway.ConnectWith(Ticket(gateway, "alice", seconds: 100));
        Assert.Equal(3, wheel.Count);
        Refresh(alice, "dev");
        Assert.Equal(2, wheel.Count);
        gateway.Advance(59_000);
        dev.Pong();
        alice.Pong();
        gateway.Advance(50_000);
        Assert.False(alice.Session.HasEnded);

        Refresh(alice, Ticket(gateway, "alice", seconds: 100));
        alice.Vanish();
        Assert.Equal(1, wheel.Count);
    }

    [Fact]
    public void The_skew_holds_for_the_session_as_for_the_handshake()
    {
        using var gateway = Gateway(TicketMint.Config with { ClockSkewMs = 5_000 });
        var alice = gateway.ConnectWith(Ticket(gateway, "alice", seconds: -4));

        gateway.Advance(900);
        Assert.False(alice.Session.HasEnded);
        gateway.Advance(200);
        Assert.Equal(CloseCode.TicketExpired, alice.CloseCode);
    }

    [Fact]
    public void A_ticket_that_ends_between_handshake_and_session_ends_the_session()
    {
        using var gateway = Gateway();
        gateway.RunsAtOnce = false;
        var alice = gateway.ConnectWith(Ticket(gateway, "alice", seconds: 1));
        gateway.Time.Advance(2_000);
        gateway.RunUntilIdle();
        gateway.Advance(32);

        Assert.Equal(CloseCode.TicketExpired, alice.CloseCode);
    }

    private static string Ticket(TestGateway gateway, string user, int seconds) => TicketMint.Ticket(user, gateway.Time.GetUtcNow().AddSeconds(seconds));

    private static TestClient Refresh(TestClient client, string ticket) => client.Send("sys", "refresh", $$"""{"ticket":"{{ticket}}"}""", id: $"{Random.Shared.Next()}");

    // A client that is alive: it answers pings.
    private static void Pass(TestGateway gateway, TestClient client, int ms)
    {
        for (; ms > 0; ms -= 20_000)
        {
            client.Pong();
            gateway.Advance(Math.Min(ms, 20_000), atOnce: ms > 40_000);
        }
    }

    private static TestGateway Gateway(JwtConfig? jwt = null) => new(tenant: tenant => tenant with
    {
        Auth = new AuthConfig { DevTickets = new Dictionary<string, string> { ["dev"] = "alice" }, Jwt = jwt ?? TicketMint.Config },
    });
}
