using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Admin;

public sealed class ApiPublishTests
{
    private const string News = """{"svc":"lobby","type":"news","data":{"text": "hé"}}""";

    [Fact]
    public async Task A_message_reaches_a_room_a_user_a_session_and_everybody()
    {
        await using var api = await ApiUnderTest.StartAsync();
        using var alice = await api.Gateway.ConnectAsync("t-alice");
        using var bob = await api.Gateway.ConnectAsync("t-bob");
        await alice.JoinAsync("a/b c");
        var session = bob.Authed.GetProperty("session").GetString();

        Assert.Equal("""{"receivers":1}""", await api.OkAsync("POST", "/rooms/a%2Fb%20c/messages", News));
        Assert.Equal("""{"receivers":1}""", await api.OkAsync("POST", "/users/user:bob/messages", News));
        Assert.Equal("""{"receivers":1}""", await api.OkAsync("POST", $"/sessions/{session}/messages", """{"svc":"a","type":"b"}"""));
        Assert.Equal("""{"receivers":2}""", await api.OkAsync("POST", "/messages", """{"svc":"a","type":"c","data":null}"""));

        Assert.Equal("""{"v":1,"svc":"lobby","type":"news","room":"a/b c","data":{"text": "hé"}}""", (await alice.ReadAsync()).Text);
        Assert.Equal("""{"v":1,"svc":"a","type":"c","data":null}""", (await alice.ReadAsync()).Text);
        Assert.Equal("""{"v":1,"svc":"lobby","type":"news","data":{"text": "hé"}}""", (await bob.ReadAsync()).Text);
        Assert.Equal("""{"v":1,"svc":"a","type":"b"}""", (await bob.ReadAsync()).Text);
    }

    [Theory]
    [InlineData("/rooms/nobody/messages")]
    [InlineData("/users/nobody/messages")]
    [InlineData("/sessions/nobody/messages")]
    [InlineData("/messages")]
    public async Task Publishing_to_nobody_is_no_mistake(string path)
    {
        await using var api = await ApiUnderTest.StartAsync();

        Assert.Equal("""{"receivers":0}""", await api.OkAsync("POST", path, News));
    }

    [Fact]
    public async Task The_same_id_acts_once_and_gets_the_same_answer()
    {
        await using var api = await ApiUnderTest.StartAsync();
        using var alice = await api.Gateway.ConnectAsync("t-alice");

        foreach (var id in new[] { "7", "7", "\"7\"", "\"7\"" })
        {
            Assert.Equal("""{"receivers":1}""", await api.OkAsync("POST", "/messages", $$"""{"svc":"a","type":"b","id":{{id}}}"""));
        }

        Assert.Equal(2, (await alice.RoundTripAsync()).Count);
    }

    [Fact]
    public async Task Excluded_sessions_get_nothing()
    {
        await using var api = await ApiUnderTest.StartAsync();
        using var alice = await api.Gateway.ConnectAsync("t-alice");
        using var bob = await api.Gateway.ConnectAsync("t-bob");

        var body = $$"""{"svc":"a","type":"b","exclude":["{{alice.Authed.GetProperty("session").GetString()}}"]}""";
        Assert.Equal("""{"receivers":1}""", await api.OkAsync("POST", "/messages", body));

        await alice.IsQuietAsync();
        await bob.ExpectAsync("a", "b");
    }

    [Fact]
    public async Task A_frame_reaches_the_same_four()
    {
        await using var api = await ApiUnderTest.StartAsync();
        using var alice = await api.Gateway.ConnectAsync("t-alice");
        await alice.JoinAsync("lobby");
        var session = alice.Authed.GetProperty("session").GetString();

        foreach (var path in new[] { "/frames", "/rooms/lobby/frames", "/users/user:alice/frames", $"/sessions/{session}/frames" })
        {
            var answer = await api.AskAsync("POST", $"/v1/tenants/acme{path}", [2, 1, 0x20, 0xAB], ApiUnderTest.AcmeKey, "application/octet-stream");

            Assert.Equal("""{"receivers":1}""", answer.Body);
            Assert.Equal("020120ab", await alice.ExpectHotAsync());
        }
    }

    [Theory]
    [InlineData("", "400 BAD_REQUEST: The body is not a Hot frame")]
    [InlineData("0101", "400 BAD_REQUEST: The body is not a Hot frame")]
    [InlineData("010102", "400 BAD_REQUEST: The body is not a Hot frame")]
    [InlineData("01011001000000", "400 BAD_REQUEST: The body is not a Hot frame")]
    [InlineData("0101400000", "400 BAD_REQUEST: The body is not a Hot frame")]
    public async Task What_is_no_frame_of_a_backends_is_refused(string hex, string problem)
    {
        await using var api = await ApiUnderTest.StartAsync();

        var answer = await api.AskAsync("POST", "/v1/tenants/acme/frames", Convert.FromHexString(hex), ApiUnderTest.AcmeKey, "application/octet-stream");

        Assert.StartsWith(problem, ApiUnderTest.ProblemOf(answer), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "The body is not JSON")]
    [InlineData("nonsense", "The body is not JSON, or deeper than 32 levels: line 1, byte 2.")]
    [InlineData("[]", "The body must be an object.")]
    [InlineData("""{"type":"b"}""", "svc: is required.")]
    [InlineData("""{"svc":"a"}""", "type: is required.")]
    [InlineData("""{"svc":1,"type":"b"}""", "svc: must be a string.")]
    [InlineData("""{"svc":"A","type":"b"}""", "svc: must be [a-z][a-z0-9_.-]{0,63}.")]
    [InlineData("""{"svc":"sys","type":"kicked"}""", "svc: must not be sys, which is the gateway's own.")]
    [InlineData("""{"svc":"a","type":"b\n"}""", "type: must be [a-z][a-z0-9_.-]{0,63}.")]
    [InlineData("""{"svc":"a","type":"\ud800"}""", "type: has half of a surrogate pair.")]
    [InlineData("""{"svc":"a","type":"b","svc":"a"}""", "svc: is there twice.")]
    [InlineData("""{"svc":"a","type":"b","room":"x"}""", "The body has an unknown field, \"room\"; known here: svc, type, data, exclude, id.")]
    [InlineData("""{"svc":"a","type":"b","exclude":"x"}""", "exclude: must be a list of at most 1000 sessions.")]
    [InlineData("""{"svc":"a","type":"b","exclude":["x",1]}""", "exclude[1]: must be a string.")]
    [InlineData("""{"svc":"a","type":"b","id":1.5}""", "id: must be an integer or a string of 1 to 64 bytes.")]
    [InlineData("""{"svc":"a","type":"b","id":""}""", "id: must be an integer or a string of 1 to 64 bytes.")]
    [InlineData("""{"svc":"a","type":"b",}""", "The body is not JSON")]
    [InlineData("""{"svc":"a","type":"b"} {}""", "The body is not JSON")]
    [InlineData("""{"svc":"a","type":"b","data":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}""", "The body is not JSON, or deeper than 32 levels")]
    public async Task A_wrong_body_is_answered_with_the_field(string body, string detail)
    {
        await using var api = await ApiUnderTest.StartAsync();
        using var alice = await api.Gateway.ConnectAsync("t-alice");

        Assert.StartsWith($"400 BAD_REQUEST: {detail}", await api.ProblemAsync("POST", "/messages", body), StringComparison.Ordinal);

        await alice.IsQuietAsync();
    }

    [Fact]
    public async Task A_body_that_is_not_UTF8_is_refused()
    {
        await using var api = await ApiUnderTest.StartAsync();

        var answer = await api.AskAsync("POST", "/v1/tenants/acme/messages", [.. "{\"svc\":\"a\",\"type\":\"b\",\"data\":\""u8, 0xC3, 0x28, .. "\"}"u8], ApiUnderTest.AcmeKey, "application/json");

        Assert.Equal("400 BAD_REQUEST: The body is not UTF-8.", ApiUnderTest.ProblemOf(answer));
    }

    [Theory]
    [InlineData("/rooms//messages", "400 BAD_REQUEST: room: ")]
    [InlineData("/rooms/a%0Ab/messages", "400 BAD_REQUEST: room: ")]
    [InlineData("/rooms/%C3%28/messages", "400 BAD_REQUEST: The path is not percent-encoded UTF-8.")]
    [InlineData("/rooms/%zz/messages", "400 BAD_REQUEST: The path is not percent-encoded UTF-8.")]
    [InlineData("/rooms/%2/messages", "400 BAD_REQUEST: The path is not percent-encoded UTF-8.")]
    [InlineData("/users//messages", "400 BAD_REQUEST: user: ")]
    [InlineData("/messages?room=x", "400 BAD_REQUEST: Unknown query parameter \"room\".")]
    [InlineData("/messages/", "404 BAD_REQUEST: There is no such call")]
    [InlineData("/rooms/a/b/messages", "404 BAD_REQUEST: There is no such call")]
    [InlineData("/rooms/a/past", "404 BAD_REQUEST: There is no such call")]
    [InlineData("/rooms/a/history", "405 BAD_REQUEST: This path has GET, HEAD.")]
    [InlineData("/rooms", "405 BAD_REQUEST: This path has GET, HEAD.")]
    public async Task A_wrong_path_is_answered_with_what_is_wrong(string path, string problem)
    {
        await using var api = await ApiUnderTest.StartAsync();

        Assert.StartsWith(problem, await api.ProblemAsync("POST", path, News), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_of_dots_and_of_128_bytes_are_names_like_others()
    {
        await using var api = await ApiUnderTest.StartAsync();
        using var alice = await api.Gateway.ConnectAsync("t-alice");

        foreach (var room in new[] { "..", "%", "a?b#c", new string('é', 64) })
        {
            await alice.JoinAsync(room);
            Assert.Equal("""{"receivers":1}""", await api.OkAsync("POST", $"/rooms/{Uri.EscapeDataString(room)}/messages", """{"svc":"a","type":"b"}"""));
            Assert.Equal(room, (await alice.ExpectAsync("a", "b")).GetProperty("room").GetString());
        }

        Assert.StartsWith("400", await api.ProblemAsync("POST", $"/rooms/{new string('x', 129)}/messages", News), StringComparison.Ordinal);
    }
}
