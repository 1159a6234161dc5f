using System.Text.Json;
using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Admin;

public sealed class ApiRoomTests
{
    [Fact]
    public async Task Rooms_are_listed_by_name_with_their_counts()
    {
        await using var api = await ApiUnderTest.StartAsync();
        using var one = await api.Gateway.ConnectAsync("t-alice");
        using var two = await api.Gateway.ConnectAsync("t-alice");
        await one.JoinAsync("lobby");
        await two.JoinAsync("lobby");
        await two.JoinAsync("a/b");

        Assert.Equal(
            """{"rooms":[{"room":"a/b","users":1,"sessions":1,"handle":2},{"room":"lobby","users":1,"sessions":2,"handle":1}]}""", await api.OkAsync("GET", "/rooms"));
        Assert.Equal("""{"room":"a/b","users":1,"sessions":1,"handle":2}""", await api.OkAsync("GET", "/rooms/a%2Fb"));
        Assert.Equal("""{"room":"nobody","users":0,"sessions":0}""", await api.OkAsync("GET", "/rooms/nobody"));
        Assert.Equal("""{"members":[{"user":"user:alice","handles":[1,2]}]}""", await api.OkAsync("GET", "/rooms/lobby/members"));
        Assert.Equal("""{"members":[]}""", await api.OkAsync("GET", "/rooms/nobody/members"));
    }

    [Fact]
    public async Task Members_are_listed_in_the_order_in_which_they_came_with_what_they_show()
    {
        await using var api = await ApiUnderTest.StartAsync(new TestConfig().Tenant("rooms", "[{match: \"*\", presence: true}]"));
        using var carol = await api.Gateway.ConnectAsync("t-carol");
        using var alice = await api.Gateway.ConnectAsync("t-alice");
        using var bob = await api.Gateway.ConnectAsync("t-bob");
        await carol.JoinAsync("lobby");
        await alice.JoinAsync("lobby");
        await bob.JoinAsync("lobby");
        await alice.SendTextAsync("""{"svc":"room","type":"state","data":{"state":[1]},"id":1}""");
        while ((await alice.ReadEnvelopeAsync()).GetProperty("svc").GetString() != "sys")
        {
        }

        var first = JsonSerializer.Deserialize<JsonElement>(await api.OkAsync("GET", "/rooms/lobby/members?limit=2"));
        Assert.Equal("""[{"user":"user:carol","handles":[1]},{"user":"user:alice","handles":[2],"state":[1]}]""", first.GetProperty("members").GetRawText());
        var cursor = first.GetProperty("cursor").GetString();
        Assert.Equal("""{"members":[{"user":"user:bob","handles":[3]}]}""", await api.OkAsync("GET", $"/rooms/lobby/members?limit=2&cursor={cursor}"));
        Assert.StartsWith("400 BAD_REQUEST: cursor: must be one that a list has answered.", await api.ProblemAsync("GET", "/rooms/lobby/members?cursor=eA"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_show_what_stays_once_while_rooms_come_and_go()
    {
        await using var api = await ApiUnderTest.StartAsync();
        using var alice = await api.Gateway.ConnectAsync("t-alice");
        foreach (var room in new[] { "b", "d", "f", "h", "j" })
        {
            await alice.JoinAsync(room, """{"active":false}""");
        }

        var seen = new List<string>();
        var cursor = string.Empty;
        for (var page = 0; page == 0 || cursor.Length > 0; page++)
        {
            var answer = JsonSerializer.Deserialize<JsonElement>(await api.OkAsync("GET", $"/rooms?limit=2{(page == 0 ? "" : $"&cursor={cursor}")}"));
            seen.AddRange(answer.GetProperty("rooms").EnumerateArray().Select(room => room.GetProperty("room").GetString()!));
            cursor = answer.TryGetProperty("cursor", out var next) ? next.GetString()! : string.Empty;
            if (page == 0)
            {
                await alice.SendTextAsync("""{"svc":"room","type":"leave","room":"d"}""");
                await alice.ExpectAsync("sys", "left");
                await alice.JoinAsync("a");
                await alice.JoinAsync("g");
            }
        }

        Assert.Equal(["b", "d", "f", "g", "h", "j"], seen);
    }

    [Theory]
    [InlineData("limit=0", "limit: must be an integer from 1 to 1000.")]
    [InlineData("limit=1001", "limit: must be an integer from 1 to 1000.")]
    [InlineData("limit=+5", "limit: must be an integer from 1 to 1000.")]
    [InlineData("limit=1&limit=2", "limit: must be an integer from 1 to 1000.")]
    [InlineData("limit=", "limit: must be an integer from 1 to 1000.")]
    [InlineData("cursor=", "cursor: must be one that a list has answered.")]
    [InlineData("cursor=**", "cursor: must be one that a list has answered.")]
    [InlineData("cursor=_w", "cursor: must be one that a list has answered.")]
    [InlineData("offset=1", "Unknown query parameter \"offset\".")]
    public async Task A_wrong_page_is_a_mistake(string query, string detail)
    {
        await using var api = await ApiUnderTest.StartAsync();

        foreach (var path in new[] { "/rooms", "/sessions", "/rooms/lobby/members", "/users/user:alice/sessions" })
        {
            Assert.Equal($"400 BAD_REQUEST: {detail}", await api.ProblemAsync("GET", $"{path}?{query}"));
        }
    }

    [Fact]
    public async Task A_user_is_taken_into_a_room_and_out_of_it_and_told_so()
    {
        await using var api = await ApiUnderTest.StartAsync();
        using var alice = await api.Gateway.ConnectAsync("t-alice");

        Assert.Equal("""{"sessions":1}""", await api.OkAsync("PUT", "/rooms/a%2Fb/members/user:alice"));
        Assert.Equal("""{"sessions":1}""", await api.OkAsync("PUT", "/rooms/a%2Fb/members/user%3Aalice", "{}"));
        Assert.Equal("a/b", (await alice.ExpectAsync("sys", "joined")).GetProperty("room").GetString());
        await alice.SendTextAsync("""{"svc":"chat","type":"send","data":{"msg":"in"}}""");
        await alice.ExpectAsync("chat", "msg");

        Assert.Equal("""{"sessions":1}""", await api.OkAsync("DELETE", "/rooms/a%2Fb/members/user:alice"));
        Assert.Equal("a/b", (await alice.ExpectAsync("sys", "left")).GetProperty("room").GetString());
        Assert.Equal("""{"sessions":0}""", await api.OkAsync("DELETE", "/rooms/a%2Fb/members/user:alice"));
        Assert.Equal("""{"sessions":0}""", await api.OkAsync("PUT", "/rooms/a%2Fb/members/nobody"));
    }

    [Fact]
    public async Task A_limit_keeps_a_user_out_and_says_so()
    {
        await using var api = await ApiUnderTest.StartAsync(new TestConfig().Tenant("limits.max_rooms_total", "1"));
        using var alice = await api.Gateway.ConnectAsync("t-alice");
        await alice.JoinAsync("lobby");

        Assert.StartsWith("503 RESOURCE_EXHAUSTED: ", await api.ProblemAsync("PUT", "/rooms/arena/members/user:alice"), StringComparison.Ordinal);
        Assert.StartsWith("400 BAD_REQUEST: The body has an unknown field, \"active\"", await api.ProblemAsync("PUT", "/rooms/lobby/members/user:alice", """{"active":true}"""), StringComparison.Ordinal);

        await alice.IsQuietAsync();
    }
}
