using System.Text.Json;
using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Lanes;

/// <summary>A party end to end: the story of docs/party.md.</summary>
public abstract class PartyTests(Wire wire) : TransportTests(wire)
{
    public sealed class OverWebSocket() : PartyTests(Wire.WebSocket);

    public sealed class OverTcp() : PartyTests(Wire.Tcp);

    [Fact]
    public async Task Two_users_come_together_get_ready_and_part()
    {
        await using var gateway = await StartAsync("policy.ext_allowlist", "[\"party:*\", \"chat:*\", \"sys:*\"]");
        using var alice = await gateway.ConnectAsync("t-alice");
        var bob = await gateway.ConnectAsync("t-bob");
        using var bobsPhone = await gateway.ConnectAsync("t-bob");

        await alice.SendTextAsync("""{"svc":"party","type":"create"}""");
        var party = (await ReadAsync(alice, "update")).GetProperty("party").GetString();
        await alice.SendTextAsync("""{"svc":"party","type":"invite","data":{"user":"user:bob"}}""");
        Assert.Equal(["user:bob"], (await ReadAsync(alice, "update")).GetProperty("invited").EnumerateArray().Select(user => user.GetString()));
        Assert.Equal(party, (await ReadAsync(bob, "invited")).GetProperty("party").GetString());
        Assert.Equal("user:alice", (await ReadAsync(bobsPhone, "invited")).GetProperty("from").GetString());

        await bob.SendTextAsync($$$"""{"svc":"party","type":"accept","data":{"party":"{{{party}}}"}}""");
        foreach (var client in new[] { alice, bob, bobsPhone })
        {
            Assert.Equal(["user:alice", "user:bob"], Members(await ReadAsync(client, "update")));
        }

        await bobsPhone.SendTextAsync($$$"""{"svc":"chat","type":"send","room":"party:{{{party}}}","data":{"msg":"hi"}}""");
        Assert.Equal("user:bob", (await ReadAsync(alice, "msg", "chat")).GetProperty("from").GetString());

        await alice.SendTextAsync("""{"svc":"party","type":"ready"}""");
        Assert.Equal("running", Check(await ReadAsync(bob, "update")));
        await bob.SendTextAsync("""{"svc":"party","type":"ready"}""");
        Assert.Equal("passed", Check(await ReadAsync(bobsPhone, "update", skip: 1)));

        await alice.SendTextAsync("""{"svc":"party","type":"promote","data":{"user":"user:bob"}}""");
        Assert.Equal("user:bob", (await ReadAsync(alice, "update", skip: 2)).GetProperty("leader").GetString());

        // One of the leader's sessions is not the leader.
        bob.Dispose();
        bobsPhone.Dispose();
        Assert.Equal(["user:alice"], Members(await ReadAsync(alice, "update")));
        await alice.SendTextAsync("""{"svc":"party","type":"leave"}""");
        Assert.Equal("left", (await ReadAsync(alice, "closed")).GetProperty("reason").GetString());
    }

    private static IEnumerable<string?> Members(JsonElement party) => party.GetProperty("members").EnumerateArray().Select(member => member.GetProperty("user").GetString());

    private static string? Check(JsonElement party) => party.GetProperty("ready_check").GetProperty("state").GetString();

    // The data of the next event of this type, or of one after it; whatever comes before is passed over.
    private static async Task<JsonElement> ReadAsync(GatewayClient client, string type, string svc = "party", int skip = 0)
    {
        while (true)
        {
            var envelope = await client.ReadEnvelopeAsync();
            if (envelope.GetProperty("svc").GetString() == svc && envelope.GetProperty("type").GetString() == type && skip-- == 0)
            {
                return envelope.GetProperty("data");
            }
        }
    }
}
