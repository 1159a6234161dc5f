using WsPrism.Core.Tickets;
using WsPrism.Testing;

namespace WsPrism.Core.Tests.Tickets;

public sealed class OneTimeTicketTests
{
    private readonly ManualTime _time = new();
    private readonly OneTimeTickets _tickets;

    public OneTimeTicketTests() => _tickets = new OneTimeTickets(_time);

    [Fact]
    public void A_ticket_speaks_for_its_user_until_it_is_spent()
    {
        var ticket = Mint("alice");

        Assert.Equal("alice", _tickets.Find(ticket)!.User);
        var identity = _tickets.Find(ticket)!;
        Assert.Null(identity.ExpiresAtMs);
        Assert.Equal(ticket.Split('~')[1], identity.TicketId);
        Assert.True(_tickets.TrySpend(identity));
        Assert.False(_tickets.TrySpend(identity));
        Assert.Null(_tickets.Find(ticket));
        Assert.Equal(0, _tickets.Count);
    }

    [Fact]
    public void Of_many_at_once_one_spends_it()
    {
        for (var round = 0; round < 100; round++)
        {
            var ticket = Mint("alice");
            var spent = 0;

            Parallel.For(0, 16, _ =>
            {
                if (_tickets.Find(ticket) is { } identity && _tickets.TrySpend(identity))
                {
                    Interlocked.Increment(ref spent);
                }
            });

            Assert.Equal(1, spent);
        }
    }

    [Fact]
    public void What_has_expired_is_forgotten()
    {
        var first = Mint("alice", ttlMs: 1_000);
        var second = Mint("bob", ttlMs: 2_000);
        var identity = _tickets.Find(first)!;

        _time.Advance(999);
        Assert.Equal(2, _tickets.Count);
        _time.Advance(1);
        Assert.Null(_tickets.Find(first));
        Assert.False(_tickets.TrySpend(identity));
        Assert.NotNull(_tickets.Find(second));
        Assert.Equal(1, _tickets.Count);
    }

    [Theory]
    [InlineData("ot~")]
    [InlineData("ot~~")]
    [InlineData("{0}A")]
    [InlineData("A{0}")]
    [InlineData("{0}~")]
    [InlineData("{1}~AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("{1}.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("ot~AAAAAAAAAAAAAAAAAAAAAA~AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void Only_the_whole_ticket_is_one(string shape)
    {
        var ticket = Mint("alice");

        Assert.Null(_tickets.Find(string.Format(null, shape, ticket, ticket[..25])));
        Assert.NotNull(_tickets.Find(ticket));
    }

    [Fact]
    public void There_are_so_many_and_no_more_until_some_are_spent_or_expire()
    {
        for (var i = 0; i < OneTimeTickets.MaxTickets; i++)
        {
            Mint("alice", i == 0 ? 1_000 : 2_000);
        }

        Assert.Null(_tickets.Mint("bob", 1_000, [], null, null, out _));
        _time.Advance(1_000);
        var last = Mint("bob");
        Assert.Null(_tickets.Mint("carol", 1_000, [], null, null, out _));
        Assert.True(_tickets.TrySpend(_tickets.Find(last)!));
        Mint("carol");
    }

    [Fact]
    public void Long_lists_take_their_place()
    {
        var rooms = Enumerable.Range(0, TicketRooms.MaxEntries).Select(i => new string('r', 120) + i).ToArray();
        var minted = 0;
        while (_tickets.Mint("alice", 1_000, [], rooms, null, out _) is not null)
        {
            minted++;
        }

        Assert.InRange(minted, 500, 1_000);
        _time.Advance(1_000);
        Assert.NotNull(_tickets.Mint("alice", 1_000, [], rooms, null, out _));
    }

    [Fact]
    public void Revoked_ones_are_gone_even_for_who_has_them_in_hand()
    {
        var ticket = Mint("alice");
        Mint("bob");
        var identity = _tickets.Find(ticket)!;

        _tickets.Revoke(other => other.User == "alice");

        Assert.False(_tickets.TrySpend(identity));
        Assert.Equal(1, _tickets.Count);
    }

    private string Mint(string user, int ttlMs = 30_000)
    {
        var ticket = _tickets.Mint(user, ttlMs, ["r"], ["lobby"], null, out var expiresAtMs);
        Assert.Equal(_time.GetUtcNow().ToUnixTimeMilliseconds() + ttlMs, expiresAtMs);
        Assert.Matches("^ot~[A-Za-z0-9_-]{22}~[A-Za-z0-9_-]{43}$", ticket);
        return ticket!;
    }
}
