using System.Globalization;
using WsPrism.Core.Configuration;
using WsPrism.Core.ServerApi;
using WsPrism.Core.Sessions;
using WsPrism.Core.Tickets;
using WsPrism.Protocol;
using WsPrism.Testing;

namespace WsPrism.Core.Tests.Tickets;

public sealed class RevocationTests
{
    private static readonly AuthConfig Auth = new() { Jwt = TicketMint.Config with { MaxTtlMs = 60_000, ClockSkewMs = 1_000 } };

    private readonly ManualTime _time = new();
    private readonly Revocations _revocations;

    public RevocationTests() => _revocations = new Revocations(_time);

    private long NowMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    [Fact]
    public void A_users_tickets_until_now_are_revoked_and_later_ones_are_not()
    {
        Assert.True(_revocations.TryRevokeUser("alice", Auth));

        Assert.True(_revocations.Covers(Issued("alice", NowMs - 1)));
        Assert.True(_revocations.Covers(new Identity("alice")));
        Assert.False(_revocations.Covers(Issued("alice", NowMs)));
        Assert.False(_revocations.Covers(Issued("bob", NowMs - 1)));
        Assert.False(_revocations.Covers(new Identity("bob")));
    }

    [Fact]
    public void A_ticket_is_revoked_by_its_id()
    {
        Assert.True(_revocations.TryRevokeTicket("t1", Auth));

        Assert.True(_revocations.Covers(new Identity("alice") { TicketId = "t1", IssuedAtMs = NowMs + 1 }));
        Assert.False(_revocations.Covers(new Identity("alice") { TicketId = "t2" }));
        Assert.False(_revocations.Covers(new Identity("t1")));
    }

    [Fact]
    public void All_issued_before_a_time_are_revoked_and_the_latest_time_counts()
    {
        _revocations.RevokeIssuedBefore(NowMs);
        _revocations.RevokeIssuedBefore(NowMs - 1_000);

        Assert.True(_revocations.Covers(Issued("alice", NowMs - 1)));
        Assert.True(_revocations.Covers(new Identity("alice")));
        Assert.False(_revocations.Covers(Issued("alice", NowMs)));
    }

    [Fact]
    public void So_many_are_remembered_and_one_time_takes_the_place_of_all()
    {
        for (var i = 0; i < Revocations.MaxEntries; i++)
        {
            Assert.True(_revocations.TryRevokeUser(i.ToString(CultureInfo.InvariantCulture), Auth));
        }

        Assert.False(_revocations.TryRevokeUser("one more", Auth));
        Assert.False(_revocations.TryRevokeTicket("one more", Auth));
        Assert.True(_revocations.TryRevokeUser("7", Auth));

        _time.Advance(1);
        _revocations.RevokeIssuedBefore(NowMs);
        Assert.Equal(0, _revocations.Count);
        Assert.True(_revocations.TryRevokeUser("one more", Auth));
        Assert.True(_revocations.Covers(Issued("7", NowMs - 1)));
    }

    [Fact]
    public void A_revocation_is_remembered_as_long_as_a_ticket_may_live()
    {
        _revocations.TryRevokeUser("alice", Auth);
        _time.Advance(62_000);
        _revocations.TryRevokeUser("bob", Auth);
        Assert.Equal(2, _revocations.Count);

        _time.Advance(5_000);
        _revocations.TryRevokeUser("carol", Auth);
        Assert.Equal(2, _revocations.Count);
        Assert.False(_revocations.Covers(new Identity("alice")));
    }

    [Fact]
    public void Where_tickets_may_live_for_ever_revocations_do()
    {
        var auth = Auth with { Jwt = TicketMint.Config };
        _revocations.TryRevokeUser("alice", auth);

        _time.Advance(TimeSpan.FromDays(1_000));
        _revocations.TryRevokeUser("bob", auth);

        Assert.True(_revocations.Covers(new Identity("alice")));
    }

    [Fact]
    public void Who_comes_in_while_its_ticket_is_revoked_does_not_stay()
    {
        using var gateway = new TestGateway(tenant: tenant => tenant with { Auth = new AuthConfig { Jwt = TicketMint.Config } });
        var ticket = TicketMint.Ticket("alice", gateway.Time.GetUtcNow().AddHours(1));
        Assert.True(gateway.Tenant.Tickets.TryInspect(ticket, out var verdict) && gateway.Tenant.Tickets.TryUse(verdict.Identity!));
        gateway.RunsAtOnce = false;
        var alice = gateway.TryConnect(verdict.Identity!)!;

        gateway.Tenant.Revocations.TryRevokeUser("alice", Auth);
        gateway.RunUntilIdle();

        Assert.Equal((CloseCode.TicketExpired, "ticket_revoked"), (alice.CloseCode, alice.Received[^1].CloseReason));
        Assert.Null(gateway.TryConnectWith(ticket));
        Assert.Equal(1, gateway.Tenant.Tickets.Refused(TicketFailure.Revoked));
        Assert.Equal(0, gateway.Tenant.Registry.SeatsTaken);
    }

    [Fact]
    public async Task Sessions_whose_ticket_is_revoked_end_and_a_refresh_with_one_is_refused()
    {
        using var gateway = new TestGateway(shards: 2, tenant: tenant => tenant with { Auth = new AuthConfig { Jwt = TicketMint.Config } });
        var expires = gateway.Time.GetUtcNow().AddHours(1);
        var alice = gateway.ConnectWith(TicketMint.Ticket("alice", expires, "\"jti\":\"a1\""));
        var other = gateway.ConnectWith(TicketMint.Ticket("alice", expires, "\"jti\":\"a2\""));

        gateway.Tenant.Revocations.TryRevokeTicket("a1", Auth);
        var closed = SessionControl.RevokeAsync(gateway.Tenant.Registry.Sessions(), session => session.Identity.TicketId == "a1");
        gateway.RunUntilIdle();

        Assert.Equal(1, await closed);
        Assert.Equal(CloseCode.TicketExpired, alice.CloseCode);
        Assert.Null(other.CloseCode);
        other.ReadAll();
        other.Send("sys", "refresh", $$"""{"ticket":"{{TicketMint.Ticket("alice", expires, "\"jti\":\"a1\"")}}"}""", id: "1");
        Assert.Equal("AUTH_FAILED", Assert.Single(other.ReadEnvelopes()).Code);
        Assert.Equal("a2", other.Session.Identity.TicketId);
    }

    private static Identity Issued(string user, long atMs) => new(user) { IssuedAtMs = atMs };
}
