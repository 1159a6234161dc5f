using WsPrism.Core.Policies;
using WsPrism.Gateway.Admin.Api;
using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Admin;

public sealed class ApiLimitTests
{
    private const string Authorization = "Authorization: Bearer " + ApiUnderTest.AcmeKey;

    [Fact]
    public async Task A_message_is_no_longer_than_the_tenants_clients_expect()
    {
        await using var api = await ApiUnderTest.StartAsync();
        using var alice = await api.Gateway.ConnectAsync("t-alice");
        static string Message(int length) => $$"""{"svc":"a","type":"b","data":"{{new string('x', length)}}"}""";
        var around = """{"v":1,"svc":"a","type":"b","data":""}""".Length;

        Assert.Equal("""{"receivers":1}""", await api.OkAsync("POST", "/messages", Message(4_096 - around)));
        Assert.Equal("413 PAYLOAD_TOO_LARGE: The message is longer than 4096 bytes as clients get it.", await api.ProblemAsync("POST", "/messages", Message(4_097 - around)));
        Assert.Equal("413 PAYLOAD_TOO_LARGE: The body is longer than 69632 bytes.", await api.ProblemAsync("POST", "/messages", Message(70_000)));

        Assert.Equal(4_096, (await alice.ReadAsync()).Payload.Length);
        await alice.IsQuietAsync();
    }

    [Fact]
    public async Task A_frame_leaves_space_for_ROOM()
    {
        await using var api = await ApiUnderTest.StartAsync();

        Assert.Equal(200, (await SendAsync(api, 4_092)).Status);
        Assert.StartsWith("413 PAYLOAD_TOO_LARGE: ", ApiUnderTest.ProblemOf(await SendAsync(api, 4_093)), StringComparison.Ordinal);

        static Task<HttpAnswer> SendAsync(ApiUnderTest api, int length) =>
            api.AskAsync("POST", "/v1/tenants/acme/frames", [1, 1, 0, .. new byte[length - 3]], ApiUnderTest.AcmeKey, "application/octet-stream");
    }

    [Theory]
    [InlineData("Content-Length: 1000000000")]
    [InlineData("Content-Length: 1048577")]
    public async Task An_enormous_body_is_refused_before_it_comes(string header)
    {
        await using var api = await ApiUnderTest.StartAsync();
        using var raw = await RawClient.ConnectAsync(api.Gateway.AdminAddress);

        var answer = await raw.AskAsync(RawClient.Request("POST", "/v1/tenants/acme/batch", Authorization, header));

        Assert.Equal("413 PAYLOAD_TOO_LARGE: The body is longer than 1048576 bytes.", ApiUnderTest.ProblemOf(answer));
    }

    [Fact]
    public async Task A_chunked_body_is_counted_as_it_comes()
    {
        await using var api = await ApiUnderTest.StartAsync();
        using var raw = await RawClient.ConnectAsync(api.Gateway.AdminAddress);
        await raw.SendAsync(RawClient.Request("POST", "/v1/tenants/acme/messages", Authorization, "Transfer-Encoding: chunked"));
        for (var i = 0; i < 9; i++)
        {
            await raw.SendAsync($"2000\r\n{new string(' ', 0x2000)}\r\n");
        }

        Assert.Equal("413 PAYLOAD_TOO_LARGE: The body is longer than 69632 bytes.", ApiUnderTest.ProblemOf(await raw.ReadHttpAsync()));
    }

    [Fact]
    public async Task A_slow_body_is_given_up_and_holds_up_nobody()
    {
        await using var api = await ApiUnderTest.StartAsync();
        using var alice = await api.Gateway.ConnectAsync("t-alice");
        using var slow = await RawClient.ConnectAsync(api.Gateway.AdminAddress);
        await slow.SendAsync(RawClient.Request("POST", "/v1/tenants/acme/messages", Authorization, "Content-Length: 100"));
        await slow.SendAsync("{");

        Assert.Equal("""{"receivers":1}""", await api.OkAsync("POST", "/messages", """{"svc":"a","type":"b"}"""));
        await alice.ExpectAsync("a", "b");

        Assert.StartsWith("408 TIMEOUT: ", ApiUnderTest.ProblemOf(await slow.ReadHttpAsync()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_tenants_slow_requests_leave_place_for_others()
    {
        await using var api = await ApiUnderTest.StartAsync();
        var slow = new List<RawClient>();
        for (var i = 0; i < ApiSlots.Max; i++)
        {
            slow.Add(await RawClient.ConnectAsync(api.Gateway.AdminAddress));
            await slow[i].SendAsync(RawClient.Request("POST", "/v1/tenants/acme/messages", Authorization, "Content-Length: 100"));
        }

        HttpAnswer? refused = null;
        await Patience.UntilAsync(async () => (refused = await api.AskAsync("GET", "/v1/tenants/acme/rooms")).Status == 429, "the tenant is busy");
        Assert.StartsWith("429 RATE_LIMITED: ", ApiUnderTest.ProblemOf(refused!), StringComparison.Ordinal);
        Assert.Equal("1", refused!.Header("retry-after"));
        Assert.Equal(429, (await api.AskAsync("GET", "/v1/tenants/acme/rooms", key: ApiUnderTest.OldAcmeKey)).Status);
        Assert.Equal(200, (await api.AskAsync("GET", "/v1/tenants/acme/rooms", key: ApiUnderTest.OperatorKey)).Status);

        slow.ForEach(client => client.Reset());
        await Patience.UntilAsync(async () => (await api.AskAsync("GET", "/v1/tenants/acme/rooms")).Status == 200, "the tenant is free again");
    }

    [Fact]
    public void A_key_has_a_rate_from_which_a_batch_takes_all_or_nothing()
    {
        var time = new WsPrism.Testing.ManualTime();
        var key = new ApiKey([], null, new ApiSlots(), new RateLimit(2_000, 1_000), time);

        Assert.True(key.TryTake(999, out _));
        Assert.False(key.TryTake(2, out _));
        Assert.True(key.TryTake(1, out _));
        Assert.False(key.TryTake(1_000, out var wait));
        Assert.Equal(0.5, wait.TotalSeconds, 3);
        time.Advance(500);
        Assert.True(key.TryTake(1_000, out _));
    }

    [Fact]
    public async Task A_key_over_its_rate_is_told_when_to_come_back_and_others_are_served()
    {
        await using var api = await ApiUnderTest.StartAsync(new TestConfig().Gateway("admin.rate_limit_rps", "1").Gateway("admin.rate_limit_burst", "1000"));
        static string Batch(int count) => $"[{string.Join(',', Enumerable.Repeat("""{"to":{"all":true},"message":{"svc":"a","type":"b"}}""", count))}]";

        // The batch's own request is one operation more.
        Assert.Equal(200, (await api.AcmeAsync("POST", "/batch", Batch(999))).Status);
        var refused = await api.AcmeAsync("POST", "/batch", Batch(1_000));

        Assert.Equal("429 RATE_LIMITED: More than 1 operations a second with this key.", ApiUnderTest.ProblemOf(refused));
        Assert.InRange(int.Parse(refused.Header("retry-after")!, System.Globalization.CultureInfo.InvariantCulture), 1, 1_000);
        Assert.Equal(200, (await api.AskAsync("GET", "/v1/tenants/acme/rooms", key: ApiUnderTest.OldAcmeKey)).Status);
        Assert.True((await api.Gateway.MetricsAsync()).Sum("wsprism_api_refused_total", ("reason", "rate")) >= 1);
    }

    [Fact]
    public async Task As_many_requests_as_the_API_takes_at_once_and_one_more()
    {
        var keys = Enumerable.Range(0, 8).Select(i => $"key-{i}-0123456789abcdef0123456789abcdef").ToArray();
        await using var api = await ApiUnderTest.StartAsync(new TestConfig());
        api.Gateway.Config = ApiUnderTest.WithKeys(new TestConfig()).Gateway("admin.api_keys", $"[{ApiUnderTest.OperatorKey}, {string.Join(", ", keys)}]");
        Assert.Equal(200, (await api.AskAsync("POST", "/v1/reload", key: ApiUnderTest.OperatorKey)).Status);
        var slow = new List<RawClient>();
        for (var i = 0; i < ApiEndpoints.MaxAtOnce - 1; i++)
        {
            slow.Add(await RawClient.ConnectAsync(api.Gateway.AdminAddress));
            await slow[i].SendAsync(RawClient.Request("POST", "/v1/tenants/acme/messages", $"Authorization: Bearer {keys[i % keys.Length]}", "Content-Length: 100"));
        }

        // The last place is free for as long as nobody takes it, so this may come too early, not too late.
        var last = await RawClient.ConnectAsync(api.Gateway.AdminAddress);
        await last.SendAsync(RawClient.Request("POST", "/v1/tenants/acme/messages", $"Authorization: Bearer {keys[0]}", "Content-Length: 100"));
        HttpAnswer? refused = null;
        await Patience.UntilAsync(async () => (refused = await api.AskAsync("GET", "/v1/tenants/acme/rooms", key: ApiUnderTest.OperatorKey)).Status == 503, "the API is full");

        Assert.Equal("503 RESOURCE_EXHAUSTED: Too many requests are under way.", ApiUnderTest.ProblemOf(refused!));
        Assert.Equal("1", refused!.Header("retry-after"));
        Assert.Equal(200, (await api.Gateway.AskAdminAsync("/healthz")).Status);
        last.Reset();
        await Patience.UntilAsync(
            async () => (await api.AskAsync("GET", "/v1/tenants/acme/rooms", key: ApiUnderTest.OperatorKey)).Status == 200, "there is a place again");
        Assert.Equal(503, (await api.AskAsync("GET", "/v1/tenants/acme/rooms")).Status);
        slow.Take(ApiEndpoints.KeptForOperators).ToList().ForEach(client => client.Reset());
        await Patience.UntilAsync(async () => (await api.AskAsync("GET", "/v1/tenants/acme/rooms")).Status == 200, "there is a place for tenants");
        slow.Skip(ApiEndpoints.KeptForOperators).ToList().ForEach(client => client.Reset());
    }

    [Theory]
    [InlineData("/messages", "text/plain", "415 BAD_REQUEST: Content-Type must be application/json.")]
    [InlineData("/messages", "application/x-www-form-urlencoded", "415 BAD_REQUEST: Content-Type must be application/json.")]
    [InlineData("/frames", "application/json", "415 BAD_REQUEST: Content-Type must be application/octet-stream.")]
    public async Task A_body_of_another_type_is_refused(string path, string type, string problem)
    {
        await using var api = await ApiUnderTest.StartAsync();

        Assert.Equal(problem, ApiUnderTest.ProblemOf(await api.AskAsync("POST", $"/v1/tenants/acme{path}", "{}", contentType: type)));
    }

    [Theory]
    [InlineData("PATCH")]
    [InlineData("PUT")]
    [InlineData("OPTIONS")]
    public async Task Another_method_is_told_which_there_are(string method)
    {
        await using var api = await ApiUnderTest.StartAsync();

        var answer = await api.AcmeAsync(method, "/users/user:alice/sessions", "{}");

        Assert.StartsWith("405 BAD_REQUEST: ", ApiUnderTest.ProblemOf(answer), StringComparison.Ordinal);
        Assert.Equal("GET, HEAD, DELETE", answer.Header("allow"));
    }

    [Fact]
    public async Task A_connection_is_kept_over_good_and_bad_requests()
    {
        await using var api = await ApiUnderTest.StartAsync();
        using var raw = await RawClient.ConnectAsync(api.Gateway.AdminAddress);
        const string Body = """{"svc":"a","type":"b"}""";

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(200, (await raw.AskAsync(RawClient.Request("POST", "/v1/tenants/acme/messages", Authorization, $"Content-Length: {Body.Length}") + Body)).Status);
            Assert.Equal(401, (await raw.AskAsync(RawClient.Request("POST", "/v1/tenants/acme/messages", $"Content-Length: {Body.Length}") + Body)).Status);
            Assert.Equal(404, (await raw.AskAsync(RawClient.Request("POST", "/v1/tenants/acme/nothing", Authorization, $"Content-Length: {Body.Length}") + Body)).Status);
            Assert.Equal(200, (await raw.AskAsync(RawClient.Get("/healthz"))).Status);
        }
    }

    [Fact]
    public async Task HEAD_is_GET_without_a_body()
    {
        await using var api = await ApiUnderTest.StartAsync();

        Assert.Equal(200, (await api.AcmeAsync("HEAD", "/rooms")).Status);
        Assert.Equal("""{"rooms":[]}""", await api.OkAsync("GET", "/rooms"));
    }
}
