using WsPrism.Core.Configuration;
using WsPrism.Testing;

namespace WsPrism.Core.Tests.Rooms;

public sealed class JoinRuleTests
{
    [Theory]
    [InlineData("lobby", null)]
    [InlineData("match:1", null)]
    [InlineData("match:2", "NOT_ALLOWED")]
    [InlineData("team:red:1", null)]
    [InlineData("team:blue", "NOT_ALLOWED")]
    [InlineData("staff", "NOT_ALLOWED")]
    [InlineData("match:*", "NOT_ALLOWED")]
    public void Who_may_join_is_the_rooms_rule(string room, string? error)
    {
        using var gateway = Gateway();
        var alice = gateway.ConnectWith(Ticket(gateway, "\"rooms\":[\"match:1\",\"team:red*\",\"staff\"]"));
        alice.ReadAll();

        var answer = alice.Send("room", "join", room: room, id: "1").NextEnvelope();

        Assert.Equal(error ?? "sys.joined", error is null ? answer.Name : answer.Code);
        Assert.Equal(error is null ? 1 : 0, gateway.Tenant.Registry.RoomCount);
    }

    [Fact]
    public void A_ticket_without_a_list_opens_no_room_that_wants_one()
    {
        using var gateway = Gateway();
        foreach (var ticket in new[] { Ticket(gateway, ""), Ticket(gateway, "\"rooms\":[]"), "dev" })
        {
            var alice = gateway.ConnectWith(ticket);
            alice.ReadAll();

            Assert.Equal("NOT_ALLOWED", alice.Send("room", "join", room: "match:1", id: "1").NextEnvelope().Code);
        }
    }

    [Fact]
    public void A_newer_ticket_may_open_rooms_and_closes_none_that_one_is_in()
    {
        using var gateway = Gateway();
        var alice = gateway.ConnectWith(Ticket(gateway, "\"rooms\":[\"match:1\"]")).Join("match:1");
        alice.Send("sys", "refresh", $$"""{"ticket":"{{Ticket(gateway, "\"rooms\":[\"match:2\"]")}}"}""");
        alice.ReadAll();

        Assert.Equal("sys.joined", alice.Join("match:2").NextEnvelope().Name);
        Assert.Equal("sys.joined", alice.Join("match:1").NextEnvelope().Name);
        Assert.Equal("sys.left", alice.Leave("match:1").NextEnvelope().Name);
        Assert.Equal("NOT_ALLOWED", alice.Send("room", "join", room: "match:1", id: "9").NextEnvelope().Code);
    }

    private static string Ticket(TestGateway gateway, string more) => TicketMint.Ticket("alice", gateway.Time.GetUtcNow().AddHours(1), more);

    private static TestGateway Gateway() => new(tenant: tenant => tenant with
    {
        Auth = new AuthConfig { DevTickets = new Dictionary<string, string> { ["dev"] = "alice" }, Jwt = TicketMint.Config },
        Rooms =
        [
            new RoomRuleConfig { Match = "match:*", Join = RoomJoinRule.Ticket },
            new RoomRuleConfig { Match = "team:*", Join = RoomJoinRule.Ticket },
            new RoomRuleConfig { Match = "staff", Join = RoomJoinRule.Server },
        ],
    });
}
