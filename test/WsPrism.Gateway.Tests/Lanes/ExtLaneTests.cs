using System.Text;
using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Lanes;

/// <summary>Envelopes end to end: rooms, chat, ids, limits.</summary>
public abstract class ExtLaneTests(Wire wire) : TransportTests(wire)
{
    public sealed class OverWebSocket() : ExtLaneTests(Wire.WebSocket);

    public sealed class OverTcp() : ExtLaneTests(Wire.Tcp);

    [Fact]
    public async Task A_message_reaches_all_members_of_its_room_and_nobody_else()
    {
        await using var gateway = await StartAsync();
        using var alice = await gateway.ConnectAsync("t-alice");
        using var bob = await gateway.ConnectAsync("t-bob");
        using var carol = await gateway.ConnectAsync("t-carol");
        using var stranger = await gateway.ConnectAsync("t-alice", tenant: "zeta");
        await alice.JoinAsync("r");
        await bob.JoinAsync("r");
        await carol.JoinAsync("other");
        await stranger.JoinAsync("r");

        await alice.SendTextAsync("""{"svc":"chat","type":"send","room":"r","data":{"msg":"hi \"you\" \u00e9"},"id":"a"}""");

        foreach (var member in new[] { alice, bob })
        {
            var text = (member == alice ? await ReadPastAckAsync(alice, "a") : await bob.ReadEnvelopeAsync())!.Value;
            Assert.Equal(["v", "svc", "type", "room", "data"], text.EnumerateObject().Select(property => property.Name));
            Assert.Equal("msg", text.GetProperty("type").GetString());
            Assert.Equal("r", text.GetProperty("room").GetString());
            Assert.Equal("user:alice", text.GetProperty("data").GetProperty("from").GetString());
            Assert.Equal("hi \"you\" é", text.GetProperty("data").GetProperty("msg").GetString());
        }

        await carol.IsQuietAsync();
        await stranger.SendTextAsync("""{"svc":"chat","type":"send","data":{"msg":"x"}}""");
        Assert.Equal("user:other-alice", (await stranger.ExpectAsync("chat", "msg")).GetProperty("data").GetProperty("from").GetString());
        await alice.IsQuietAsync();
    }

    [Fact]
    public async Task Typing_reaches_the_others_and_direct_one_member()
    {
        await using var gateway = await StartAsync();
        using var alice = await gateway.ConnectAsync("t-alice");
        using var bob = await gateway.ConnectAsync("t-bob");
        using var bobsPhone = await gateway.ConnectAsync("t-bob");
        using var carol = await gateway.ConnectAsync("t-carol");
        foreach (var client in new[] { alice, bob, bobsPhone, carol })
        {
            await client.JoinAsync("r");
        }

        await alice.SendTextAsync("""{"svc":"chat","type":"typing"}""");
        await alice.SendTextAsync("""{"svc":"chat","type":"direct","data":{"to":"user:bob","msg":"psst"}}""");
        await alice.SendTextAsync("""{"svc":"chat","type":"direct","data":{"to":"user:nobody","msg":"psst"},"id":5}""");

        Assert.Equal("NOT_IN_ROOM", await alice.ExpectErrorAsync("5"));
        await alice.IsQuietAsync();
        foreach (var client in new[] { bob, bobsPhone })
        {
            await client.ExpectAsync("chat", "typing");
            Assert.Equal("psst", (await client.ExpectAsync("chat", "direct")).GetProperty("data").GetProperty("msg").GetString());
            await client.IsQuietAsync();
        }

        await carol.ExpectAsync("chat", "typing");
        await carol.IsQuietAsync();
    }

    [Fact]
    public async Task Messages_of_many_senders_reach_each_member_in_the_order_of_each_sender()
    {
        await using var gateway = await StartAsync(
            new TestConfig().Gateway("shards", "4").Tenant("limits.outbound", "{ext_messages: 100000, ext_bytes: 100000000}"));
        var clients = new List<GatewayClient>();
        for (var i = 0; i < 8; i++)
        {
            clients.Add(await gateway.ConnectAsync($"load-{i}"));
            await clients[i].JoinAsync("r");
        }

        const int Each = 100;
        await Task.WhenAll(clients.Select(client => client.Raw.SendAsync(Enumerable.Range(0, Each).SelectMany(n =>
            client.Encode(new ClientFrame(ClientFrame.Text, Encoding.UTF8.GetBytes($$$"""{"svc":"chat","type":"send","data":{"msg":"{{{n}}}"}}""")))).ToArray())));

        await Task.WhenAll(clients.Select(async client =>
        {
            var next = new Dictionary<string, int>();
            for (var i = 0; i < clients.Count * Each; i++)
            {
                var data = (await client.ExpectAsync("chat", "msg")).GetProperty("data");
                var from = data.GetProperty("from").GetString()!;
                Assert.Equal($"{next.GetValueOrDefault(from)}", data.GetProperty("msg").GetString());
                next[from] = next.GetValueOrDefault(from) + 1;
            }
        }));
        clients.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task Rooms_are_joined_listed_activated_and_left()
    {
        await using var gateway = await StartAsync();
        using var alice = await gateway.ConnectAsync("t-alice");
        using var bob = await gateway.ConnectAsync("t-bob");
        var first = await alice.JoinAsync("one");
        var second = await alice.JoinAsync("two", """{"active":false}""");
        await bob.JoinAsync("one");

        await alice.SendTextAsync("""{"svc":"room","type":"list","id":1}""");
        var list = (await alice.ExpectAsync("sys", "ack")).GetProperty("data").GetProperty("rooms").EnumerateArray().ToArray();
        Assert.Equal([("one", first, true, 2), ("two", second, false, 1)], list.Select(room => (
            room.GetProperty("room").GetString()!, room.GetProperty("handle").GetUInt32(), room.GetProperty("active").GetBoolean(), room.GetProperty("members").GetInt32())));

        await alice.SendTextAsync("""{"svc":"room","type":"members","room":"one","id":2}""");
        var members = (await alice.ExpectAsync("sys", "ack")).GetProperty("data").GetProperty("members").EnumerateArray().ToArray();
        Assert.Equal([("user:alice", alice.Handle), ("user:bob", bob.Handle)], members
            .Select(member => (member.GetProperty("user").GetString()!, member.GetProperty("handles").EnumerateArray().Single().GetUInt32())).Order());

        await alice.SendTextAsync("""{"svc":"room","type":"activate","room":"two","id":3}""");
        await alice.ExpectAsync("sys", "ack");
        await alice.SendTextAsync("""{"svc":"room","type":"leave"}""");
        Assert.Equal("two", (await alice.ExpectAsync("sys", "left")).GetProperty("room").GetString());
        await alice.SendTextAsync("""{"svc":"room","type":"leave"}""");
        Assert.Equal("NOT_IN_ROOM", await alice.ExpectErrorAsync());
        await alice.SendTextAsync("""{"svc":"room","type":"leave","room":"one"}""");
        Assert.Equal("one", (await alice.ExpectAsync("sys", "left")).GetProperty("room").GetString());
        Assert.Equal(1, (await gateway.MetricsAsync()).Sum("wsprism_rooms", ("tenant", "acme")));
    }

    [Fact]
    public async Task An_id_seen_before_is_answered_again_and_not_acted_on_again()
    {
        await using var gateway = await StartAsync();
        using var client = await gateway.ConnectAsync("t-alice");
        await client.JoinAsync("r");

        for (var i = 0; i < 3; i++)
        {
            await client.SendTextAsync("""{"svc":"chat","type":"send","data":{"msg":"once"},"id":"x"}""");
        }

        var frames = await client.RoundTripAsync();
        Assert.Equal(3, frames.Count(frame => frame.Text.Contains("\"type\":\"ack\",\"id\":\"x\"", StringComparison.Ordinal)));
        Assert.Single(frames, frame => frame.Text.Contains("\"once\"", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"svc":"chat","type":"send","data":{"msg":"x"},"id":1}""", "NOT_IN_ROOM")]
    [InlineData("""{"svc":"chat","type":"send","room":"not-joined","data":{"msg":"x"},"id":1}""", "NOT_IN_ROOM")]
    [InlineData("""{"svc":"chat","type":"send","room":"r","data":{"msg":1},"id":1}""", "BAD_REQUEST")]
    [InlineData("""{"svc":"chat","type":"send","room":"r","id":1}""", "BAD_REQUEST")]
    [InlineData("""{"svc":"chat","type":"shout","room":"r","id":1}""", "BAD_REQUEST")]
    [InlineData("""{"svc":"room","type":"join","id":1}""", "BAD_REQUEST")]
    [InlineData("""{"svc":"room","type":"join","room":"r","data":{"active":"yes"},"id":1}""", "BAD_REQUEST")]
    [InlineData("""{"svc":"room","type":"activate","room":"nowhere","id":1}""", "NOT_IN_ROOM")]
    [InlineData("""{"svc":"room","type":"members","room":"nowhere","id":1}""", "NOT_IN_ROOM")]
    [InlineData("""{"svc":"sys","type":"refresh","data":{"ticket":"t-bob"},"id":1}""", "AUTH_FAILED")]
    [InlineData("""{"svc":"sys","type":"refresh","data":{"ticket":"wrong"},"id":1}""", "AUTH_FAILED")]
    [InlineData("""{"svc":"sys","type":"refresh","id":1}""", "BAD_REQUEST")]
    [InlineData("""{"svc":"sys","type":"authed","id":1}""", "BAD_REQUEST")]
    [InlineData("""{"svc":"party","type":"create","id":1}""", "NOT_ALLOWED")]
    [InlineData("""{"svc":"nothing","type":"x","id":1}""", "NOT_ALLOWED")]
    public async Task What_cannot_be_done_is_answered_with_its_code_and_the_session_lives_on(string message, string code)
    {
        await using var gateway = await StartAsync();
        using var client = await gateway.ConnectAsync("t-alice");
        await client.JoinAsync("r", """{"active":false}""");

        await client.SendTextAsync(message);

        Assert.Equal(code, await client.ExpectErrorAsync("1"));
        await client.IsQuietAsync();
    }

    [Fact]
    public async Task Sys_stats_and_game_input_work_over_the_Ext_lane()
    {
        await using var gateway = await StartAsync();
        using var alice = await gateway.ConnectAsync("t-alice");
        using var bob = await gateway.ConnectAsync("t-bob");
        await alice.JoinAsync("r");
        await bob.JoinAsync("r");

        await alice.SendTextAsync("""{"svc":"game","type":"input","data":{"from":"user:mallory","x":1}}""");
        var input = await bob.ExpectAsync("game", "input");
        Assert.Equal("""{"from":"user:alice","x":1}""", input.GetProperty("data").GetRawText());
        await alice.SendTextAsync("""{"svc":"sys","type":"stats","id":1}""");
        await alice.ExpectAsync("sys", "ack");
        await alice.IsQuietAsync();
    }

    [Theory]
    [InlineData("caf\u00e9", "cafe\u0301")]
    [InlineData("\u202e\u05e9\u05dc\u05d5\u05dd", "\u05e9\u05dc\u05d5\u05dd")]
    [InlineData("👩‍👩‍👧", "👩👩👧")]
    [InlineData("\u00df", "ss")]
    [InlineData("I", "\u0131")]
    [InlineData("a\u200b", "a")]
    [InlineData("A", "a")]
    [InlineData(" ", "  ")]
    public async Task Room_names_are_bytes_that_look_alike_or_not(string one, string other)
    {
        await using var gateway = await StartAsync();
        using var alice = await gateway.ConnectAsync("t-alice");
        using var bob = await gateway.ConnectAsync("t-bob");

        var first = await alice.JoinAsync(one);
        var second = await bob.JoinAsync(other);
        Assert.NotEqual(first, second);
        await alice.SendTextAsync("""{"svc":"chat","type":"send","data":{"msg":"👩‍👩‍👧 \u202e"}}""");
        Assert.Equal(one, (await alice.ExpectAsync("chat", "msg")).GetProperty("room").GetString());
        await bob.IsQuietAsync();
        Assert.Equal(first, await bob.JoinAsync(one));
    }

    [Theory]
    [InlineData("r", 1)]
    [InlineData("é", 2)]
    [InlineData("€", 3)]
    [InlineData("🌍", 4)]
    public async Task A_room_name_may_have_128_bytes_and_no_more(string unit, int bytes)
    {
        await using var gateway = await StartAsync();
        using var client = await gateway.ConnectAsync("t-alice");
        var longest = string.Concat(Enumerable.Repeat(unit, 128 / bytes)) + new string('x', 128 % bytes);

        await client.JoinAsync(longest);
        await client.SendTextAsync($$$"""{"svc":"room","type":"join","room":"{{{longest}}}x","id":1}""");

        Assert.Equal("BAD_REQUEST", await client.ExpectErrorAsync("1"));
        await client.IsQuietAsync();
    }

    private static async Task<System.Text.Json.JsonElement?> ReadPastAckAsync(GatewayClient client, string id)
    {
        var frames = new[] { await client.ReadEnvelopeAsync(), await client.ReadEnvelopeAsync() };
        var ack = Assert.Single(frames, frame => frame.GetProperty("type").GetString() == "ack");
        Assert.Equal(id, ack.GetProperty("id").GetString());
        return frames.Single(frame => frame.GetProperty("type").GetString() != "ack");
    }
}
