using System.Text.Json;
using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Admin;

public sealed class ApiHistoryTests
{
    private static TestConfig Config => new TestConfig().Tenant("rooms", "[{match: \"kept*\", history: {size: 5}}]");

    [Fact]
    public async Task A_publish_is_answered_with_its_offset_in_a_batch_and_again_under_its_id()
    {
        await using var api = await ApiUnderTest.StartAsync(Config);
        const string Message = """{"svc":"a","type":"b","id":"once"}""";

        Assert.Equal("""{"receivers":0,"offset":1}""", await api.OkAsync("POST", "/rooms/kept/messages", Message));
        Assert.Equal("""{"receivers":0,"offset":1}""", await api.OkAsync("POST", "/rooms/kept/messages", Message));
        Assert.Equal("""{"receivers":0}""", await api.OkAsync("POST", "/rooms/other/messages", """{"svc":"a","type":"b"}"""));
        Assert.Equal(
            """[{"receivers":0,"offset":2},{"receivers":0}]""",
            await api.OkAsync("POST", "/batch", """[{"to":{"room":"kept"},"message":{"svc":"a","type":"c"}},{"to":{"rooms":["kept","kept2"]},"message":{"svc":"a","type":"d"}}]"""));
    }

    [Fact]
    public async Task Pages_go_back_from_the_newest_or_on_from_a_position()
    {
        await using var api = await ApiUnderTest.StartAsync(Config);
        using var alice = await api.Gateway.ConnectAsync("t-alice");
        await alice.JoinAsync("kept");
        for (var i = 1; i <= 7; i++)
        {
            await api.OkAsync("POST", "/rooms/kept/messages", $$"""{"svc":"a","type":"b","data":{{i}}}""");
            Assert.Equal(i, (await alice.ExpectAsync("a", "b")).GetProperty("offset").GetInt32());
        }

        Assert.Equal("""{"messages":[],"first":1,"last":0,"more":false}""", await api.OkAsync("GET", "/rooms/nobody/history"));
        var (offsets, page) = await ReadAsync(api, "?limit=2");
        Assert.Equal("6 7", offsets);
        Assert.Equal((3, 7, true), (page.GetProperty("first").GetInt32(), page.GetProperty("last").GetInt32(), page.GetProperty("more").GetBoolean()));
        Assert.Equal("""{"v":1,"svc":"a","type":"b","room":"kept","offset":6,"data":6}""", page.GetProperty("messages")[0].GetRawText());
        (offsets, page) = await ReadAsync(api, $"?limit=2&cursor={page.GetProperty("cursor").GetString()}");
        Assert.Equal("4 5", offsets);
        (offsets, page) = await ReadAsync(api, $"?limit=2&reverse=true&cursor={page.GetProperty("cursor").GetString()}");
        Assert.Equal("3", offsets);
        Assert.False(page.TryGetProperty("cursor", out _));

        var epoch = page.GetProperty("epoch").GetString();
        (offsets, page) = await ReadAsync(api, $"?limit=2&epoch={epoch}&since=3");
        Assert.Equal("4 5", offsets);
        Assert.True(page.GetProperty("recovered").GetBoolean());
        (offsets, _) = await ReadAsync(api, $"?limit=9&cursor={page.GetProperty("cursor").GetString()}");
        Assert.Equal("6 7", offsets);
        (offsets, _) = await ReadAsync(api, $"?epoch={epoch}&before=5&reverse=true");
        Assert.Equal("4 3", offsets);
    }

    [Theory]
    [InlineData("since=1", "epoch must come with since and before: an offset means nothing without it.")]
    [InlineData("since=1&before=2&epoch=a", "since and before do not go together.")]
    [InlineData("since=-1&epoch=a", "since must be an offset.")]
    [InlineData("reverse=1", "reverse must be true or false.")]
    [InlineData("cursor=YWJj", "cursor must be one that a list has answered.")]
    [InlineData("cursor=YWJj&since=1", "cursor stands alone, without since, before and epoch.")]
    [InlineData("since=1&since=2", "since: must be there once.")]
    [InlineData("from=1", "Unknown query parameter \"from\".")]
    public async Task What_is_wrong_is_named(string query, string detail)
    {
        await using var api = await ApiUnderTest.StartAsync(Config);

        Assert.Equal(
            $"400 BAD_REQUEST: {detail}".Replace(": ", " ", StringComparison.Ordinal), (await api.ProblemAsync("GET", $"/rooms/kept/history?{query}")).Replace(": ", " ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Metrics_show_what_is_kept_and_stored()
    {
        using var folder = new TemporaryFolder();
        await using var api = await ApiUnderTest.StartAsync(
            new TestConfig().Gateway("history.path", $"\"{Path.Combine(folder.Path, "h.db")}\"").Tenant("rooms", "[{match: \"kept\", history: {size: 5, store: sqlite}}]"));
        using var alice = await api.Gateway.ConnectAsync("t-alice");
        await alice.JoinAsync("kept", """{"since":{"epoch":"0123456789abcdef","offset":1}}""");
        Assert.Equal("""{"receivers":1,"offset":1}""", await api.OkAsync("POST", "/rooms/kept/messages", """{"svc":"a","type":"b"}"""));

        await Patience.UntilAsync(
            async () =>
            {
                var page = (await api.AskAsync("GET", "/metrics", body: null)).Body;
                return page.Contains("wsprism_history_messages{tenant=\"acme\"} 1\n", StringComparison.Ordinal)
                    && page.Contains("wsprism_history_replays_total{tenant=\"acme\",outcome=\"not_kept\"} 1\n", StringComparison.Ordinal)
                    && page.Contains("wsprism_history_stored_total 1\n", StringComparison.Ordinal)
                    && page.Contains("wsprism_history_commit_seconds_count ", StringComparison.Ordinal);
            },
            "the metrics of a stored history");
    }

    private static async Task<(string Offsets, JsonElement Page)> ReadAsync(ApiUnderTest api, string query)
    {
        var page = JsonSerializer.Deserialize<JsonElement>(await api.OkAsync("GET", $"/rooms/kept/history{query}"));
        return (string.Join(' ', page.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("offset").GetInt32())), page);
    }
}
