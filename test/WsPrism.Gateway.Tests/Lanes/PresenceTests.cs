using System.Text.Json;
using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Lanes;

/// <summary>Presence end to end: the story of docs/presence.md.</summary>
public abstract class PresenceTests(Wire wire) : TransportTests(wire)
{
    public sealed class OverWebSocket() : PresenceTests(Wire.WebSocket);

    public sealed class OverTcp() : PresenceTests(Wire.Tcp);

    [Fact]
    public async Task Members_see_each_other_come_change_and_go()
    {
        await using var gateway = await StartAsync("rooms", "[{match: \"lobby*\", presence: true}]");
        using var alice = await gateway.ConnectAsync("t-alice");
        await alice.SendTextAsync("""{"svc":"room","type":"join","room":"lobby","data":{"members":true},"id":1}""");
        await alice.ExpectAsync("sys", "joined");
        Assert.Equal($$"""{"count":1,"members":[{"user":"user:alice","handles":[{{alice.Handle}}]}]}""", (await alice.ExpectAsync("sys", "ack")).GetProperty("data").GetRawText());
        Assert.Equal("user:alice", User(await alice.ExpectAsync("presence", "join"), count: 1));

        using (var bob = await gateway.ConnectAsync("t-bob"))
        {
            await bob.JoinAsync("lobby");
            var join = await alice.ExpectAsync("presence", "join");
            Assert.Equal("user:bob", User(join, count: 2));
            Assert.Equal(["v", "svc", "type", "room", "data"], join.EnumerateObject().Select(property => property.Name));

            await bob.SendTextAsync("""{"svc":"room","type":"state","data":{"state":{"typing":true}}}""");
            var update = await alice.ExpectAsync("presence", "update");
            Assert.Equal("user:bob", User(update, count: 2));
            Assert.Equal("""{"typing":true}""", update.GetProperty("data").GetProperty("users")[0].GetProperty("state").GetRawText());
        }

        Assert.Equal("user:bob", User(await alice.ExpectAsync("presence", "leave"), count: 1));
        await alice.IsQuietAsync();
    }

    private static string User(JsonElement envelope, int count)
    {
        Assert.Equal("lobby", envelope.GetProperty("room").GetString());
        Assert.Equal(count, envelope.GetProperty("data").GetProperty("count").GetInt32());
        return Assert.Single(envelope.GetProperty("data").GetProperty("users").EnumerateArray()).GetProperty("user").GetString()!;
    }
}
