using System.Text.Json;
using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Admin;

public sealed class ApiBatchTests
{
    [Fact]
    public async Task Each_message_is_answered_in_order_and_received_in_order()
    {
        await using var api = await ApiUnderTest.StartAsync();
        using var alice = await api.Gateway.ConnectAsync("t-alice");
        await alice.JoinAsync("lobby");
        await alice.JoinAsync("arena", """{"active":false}""");
        var session = alice.Authed.GetProperty("session").GetString();

        var body = $$$"""
            [{"to":{"room":"lobby"},"message":{"svc":"a","type":"t0"}},
             {"to":{"rooms":["lobby","arena","nobody"]},"message":{"svc":"a","type":"t1","id":"x"}},
             {"to":{"user":"user:alice"},"message":{"svc":"a","type":"t2"}},
             {"to":{"session":"{{{session}}}"},"message":{"svc":"a","type":"t3"}},
             {"to":{"all":true},"message":{"svc":"a","type":"t4"}},
             {"to":{"all":true},"message":{"svc":"a","type":"t5","id":"x"}},
             {"to":{"room":"lobby"},"frame_base64":"AQEgqw=="}]
            """;

        Assert.Equal(
            """[{"receivers":1},{"receivers":2},{"receivers":1},{"receivers":1},{"receivers":1},{"receivers":2},{"receivers":1}]""", await api.OkAsync("POST", "/batch", body));

        var frames = await alice.RoundTripAsync();
        Assert.Equal(["t0", "t1", "t1", "t2", "t3", "t4"], frames.Where(frame => frame.IsText).Select(frame => frame.Json.GetProperty("type").GetString()));
        Assert.Equal("010120AB", Convert.ToHexString(Assert.Single(frames, frame => frame.IsBinary).Payload));
    }

    [Theory]
    [InlineData("1", "", "must be an object")]
    [InlineData("{}", "to", "is required")]
    [InlineData("""{"to":{},"message":{"svc":"a","type":"b"}}""", "to", "must have exactly one of room, rooms, user, session and all")]
    [InlineData("""{"to":{"room":"a","user":"b"},"message":{"svc":"a","type":"b"}}""", "to", "must have exactly one of")]
    [InlineData("""{"to":{"all":false},"message":{"svc":"a","type":"b"}}""", "to.all", "must be true")]
    [InlineData("""{"to":{"rooms":[]},"message":{"svc":"a","type":"b"}}""", "to.rooms", "must be a list of rooms")]
    [InlineData("""{"to":{"rooms":["a",""]},"message":{"svc":"a","type":"b"}}""", "to.rooms[1]", "must be 1 to 128 bytes")]
    [InlineData("""{"to":{"room":7},"message":{"svc":"a","type":"b"}}""", "to.room", "must be a string")]
    [InlineData("""{"to":{"all":true}}""", "", "must have either message or frame_base64")]
    [InlineData("""{"to":{"all":true},"frame_base64":"AQEA","message":{"svc":"a","type":"b"}}""", "", "must have either message or frame_base64")]
    [InlineData("""{"to":{"all":true},"frame_base64":"*"}""", "frame_base64", "must be a string of base64")]
    [InlineData("""{"to":{"all":true},"frame_base64":"AQEC"}""", "frame_base64", "is not a Hot frame")]
    [InlineData("""{"to":{"all":true},"frame_base64":"\ud800"}""", "frame_base64", "must be a string of base64")]
    [InlineData("""{"\ud800":1}""", "", "has a field whose name has half of a surrogate pair")]
    [InlineData("""{"to":{"\ud800":[]},"message":{"svc":"a","type":"b"}}""", "to", "has a field whose name has half of a surrogate pair")]
    [InlineData("""{"to":{"rooms":["a","b","a"]},"message":{"svc":"a","type":"b"}}""", "to.rooms", "must not have a room twice")]
    [InlineData("""{"to":{"all":true},"message":{"svc":"a"}}""", "message.type", "is required")]
    [InlineData("""{"to":{"all":true},"message":{"svc":"a","type":"b","x":1}}""", "message", "has an unknown field, \"x\"")]
    public async Task A_wrong_message_is_answered_in_its_place_and_the_others_act(string item, string place, string problem)
    {
        await using var api = await ApiUnderTest.StartAsync();
        using var alice = await api.Gateway.ConnectAsync("t-alice");
        const string Good = """{"to":{"all":true},"message":{"svc":"a","type":"b"}}""";

        var answers = JsonSerializer.Deserialize<JsonElement>(await api.OkAsync("POST", "/batch", $"[{Good},{item},{Good}]"));

        Assert.Equal((3, 1, 1), (answers.GetArrayLength(), answers[0].GetProperty("receivers").GetInt32(), answers[2].GetProperty("receivers").GetInt32()));
        Assert.Equal((400, "BAD_REQUEST"), (answers[1].GetProperty("status").GetInt32(), answers[1].GetProperty("code").GetString()));
        var detail = answers[1].GetProperty("detail").GetString()!;
        Assert.StartsWith("[1]", detail, StringComparison.Ordinal);
        Assert.Contains(problem, detail, StringComparison.Ordinal);
        Assert.True(detail.StartsWith(place.Length == 0 ? "[1]: " : $"[1].{place}", StringComparison.Ordinal), detail);
        Assert.Equal(2, (await alice.RoundTripAsync()).Count);
    }

    [Theory]
    [InlineData("""{"to":{"all":true}}""", "400 BAD_REQUEST: The body must be an array.")]
    [InlineData("[", "400 BAD_REQUEST: The body is not JSON")]
    public async Task What_is_no_array_is_refused_whole(string body, string problem)
    {
        await using var api = await ApiUnderTest.StartAsync();

        Assert.StartsWith(problem, await api.ProblemAsync("POST", "/batch", body), StringComparison.Ordinal);
        Assert.Equal("[]", await api.OkAsync("POST", "/batch", "[]"));
    }

    [Fact]
    public async Task A_thousand_messages_are_a_batch_and_one_more_is_none()
    {
        await using var api = await ApiUnderTest.StartAsync();
        using var alice = await api.Gateway.ConnectAsync("t-alice");
        static string Batch(int count) => "[" + string.Join(',', Enumerable.Repeat("""{"to":{"all":true},"message":{"svc":"a","type":"b"}}""", count)) + "]";

        Assert.Equal(1_000, JsonSerializer.Deserialize<JsonElement>(await api.OkAsync("POST", "/batch", Batch(1_000))).GetArrayLength());
        Assert.StartsWith("400 BAD_REQUEST: The body must have at most 1000 messages", await api.ProblemAsync("POST", "/batch", Batch(1_001)), StringComparison.Ordinal);
        Assert.StartsWith(
            "400 BAD_REQUEST: The body must have at most 1000 messages",
            await api.ProblemAsync("POST", "/batch", $$$"""[{"to":{"rooms":[{{{string.Join(',', Enumerable.Repeat("\"r\"", 1_001))}}}]},"message":{"svc":"a","type":"b"}}]"""),
            StringComparison.Ordinal);

        Assert.Equal(1_000, (await alice.RoundTripAsync()).Count);
    }
}
