using WsPrism.Core.Configuration;
using WsPrism.Testing;

namespace WsPrism.Core.Tests.Sessions;

/// <summary>The claim <c>limits</c>: less than the tenant allows, never more.</summary>
public sealed class TicketLimitTests
{
    [Fact]
    public void A_ticket_may_want_its_session_slower()
    {
        using var gateway = Gateway();
        var alice = gateway.ConnectWith(Ticket(gateway, """{"rate_limit_rps":2,"rate_limit_burst":3}"""));

        var budget = alice.ReadEnvelopes().First(envelope => envelope.Name == "sys.budget");
        Assert.Equal((2, 3), (budget.Number("rps"), budget.Number("burst")));
        Assert.Equal([true, true, true, false], Send(alice, 4));
        gateway.Advance(512);
        Assert.Equal([true, false], Send(alice, 2));
    }

    [Theory]
    [InlineData(RateLimitScope.Tenant)]
    [InlineData(RateLimitScope.Both)]
    public void Whoever_else_shares_the_rate_it_holds(RateLimitScope scope)
    {
        using var gateway = Gateway(scope);
        var alice = gateway.ConnectWith(Ticket(gateway, """{"rate_limit_rps":1,"rate_limit_burst":1}"""));
        var free = gateway.ConnectWith(Ticket(gateway, "{}"));
        alice.ReadAll();
        free.ReadAll();

        Assert.Equal([true, false], Send(alice, 2));
        Assert.Equal([true, true], Send(free, 2));
    }

    [Fact]
    public void It_never_allows_more_than_the_tenant()
    {
        using var gateway = Gateway();
        var alice = gateway.ConnectWith(Ticket(gateway, """{"rate_limit_rps":1000000,"rate_limit_burst":1000000,"max_rooms":1000000}"""));

        var budget = alice.ReadEnvelopes().First(envelope => envelope.Name == "sys.budget");
        Assert.Equal((10, 10), (budget.Number("rps"), budget.Number("burst")));
        foreach (var room in new[] { "a", "b", "c", "d" })
        {
            alice.Send("room", "join", room: room, id: $"\"{room}\"");
        }

        Assert.Equal("RESOURCE_EXHAUSTED", alice.ReadEnvelopes()[^1].Code);
    }

    [Fact]
    public void It_may_allow_fewer_rooms_and_a_refresh_changes_that()
    {
        using var gateway = Gateway();
        var alice = gateway.ConnectWith(Ticket(gateway, """{"max_rooms":1}""")).Join("a");
        alice.ReadAll();

        alice.Send("room", "join", room: "b", id: "1");
        Assert.Equal("RESOURCE_EXHAUSTED", Assert.Single(alice.ReadEnvelopes()).Code);
        alice.Send("room", "join", room: "a", id: "2");
        Assert.Equal("sys.joined", alice.ReadEnvelopes()[0].Name);

        alice.Send("sys", "refresh", $$"""{"ticket":"{{Ticket(gateway, """{"max_rooms":2,"rate_limit_rps":5}""")}}"}""", id: "3");
        var answers = alice.ReadEnvelopes();
        Assert.Equal(["sys.budget", "sys.budget", "sys.ack"], answers.Select(answer => answer.Name));
        Assert.Equal((5, 10), (answers[0].Number("rps"), answers[0].Number("burst")));
        alice.Send("room", "join", room: "b", id: "4");
        Assert.Equal("sys.joined", alice.ReadEnvelopes()[0].Name);
    }

    private static bool[] Send(TestClient client, int count)
    {
        for (var i = 0; i < count; i++)
        {
            client.Send("room", "list", id: $"\"{Guid.NewGuid()}\"");
        }

        return [.. client.ReadEnvelopes().Select(envelope => envelope.Name == "sys.ack")];
    }

    private static string Ticket(TestGateway gateway, string limits) => TicketMint.Ticket("alice", gateway.Time.GetUtcNow().AddHours(1), $"\"limits\":{limits}");

    private static TestGateway Gateway(RateLimitScope scope = RateLimitScope.Connection) => new(tenant: tenant => tenant with
    {
        Auth = new AuthConfig { Jwt = TicketMint.Config },
        Limits = tenant.Limits with { MaxRoomsPerUser = 3 },
        Policy = tenant.Policy with { RateLimitRps = 10, RateLimitBurst = 10, RateLimitScope = scope },
    });
}
