using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Link;

public sealed class LinkHandshakeTests : LinkTests
{
    [Theory]
    [InlineData("?tenant=acme&services=trade", null, "401 AUTH_FAILED")]
    [InlineData("?tenant=acme&services=trade", "wrong-key-0123456789abcdef0123456789", "401 AUTH_FAILED")]
    [InlineData("?tenant=acme&services=trade", ApiUnderTest.ZetaKey, "404 BAD_REQUEST: There is no such tenant")]
    [InlineData("?tenant=nobody&services=trade", ApiUnderTest.AcmeKey, "404 BAD_REQUEST: There is no such tenant")]
    [InlineData("?tenant=nobody&services=trade", ApiUnderTest.OperatorKey, "404 BAD_REQUEST: There is no such tenant")]
    [InlineData("?services=trade", ApiUnderTest.AcmeKey, "400 BAD_REQUEST: tenant")]
    [InlineData("?tenant=acme", ApiUnderTest.AcmeKey, "400 BAD_REQUEST: services")]
    [InlineData("?tenant=acme&services=", ApiUnderTest.AcmeKey, "400 BAD_REQUEST: services")]
    [InlineData("?tenant=acme&services=chat", ApiUnderTest.AcmeKey, "400 BAD_REQUEST: services: \"chat\"")]
    [InlineData("?tenant=acme&services=trade,trade", ApiUnderTest.AcmeKey, "400 BAD_REQUEST: services")]
    [InlineData("?tenant=acme&services=trade&services=quiz", ApiUnderTest.AcmeKey, "400 BAD_REQUEST: services")]
    [InlineData("?tenant=zeta&services=trade", ApiUnderTest.ZetaKey, "400 BAD_REQUEST: services")]
    [InlineData("?tenant=acme&services=trade&rooms=", ApiUnderTest.AcmeKey, "400 BAD_REQUEST: rooms")]
    [InlineData("?tenant=acme&services=trade&worker=a%20b", ApiUnderTest.AcmeKey, "400 BAD_REQUEST: worker")]
    [InlineData("?tenant=acme&services=trade&more=1", ApiUnderTest.AcmeKey, "400 BAD_REQUEST: Unknown query parameter")]
    public async Task It_is_refused_like_a_call_of_the_server_api(string query, string? key, string problem)
    {
        await using var api = await StartAsync();

        using var worker = await WorkerClient.KnockAsync(api.Gateway.AdminAddress, query, key);

        Assert.StartsWith(problem, ApiUnderTest.ProblemOf(worker.Answer), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_upgrade_it_is_426_and_with_another_method_405()
    {
        await using var api = await StartAsync();

        var get = await api.AskAsync("GET", "/v1/backend?tenant=acme&services=trade");
        var post = await api.AskAsync("POST", "/v1/backend?tenant=acme&services=trade", "{}");

        Assert.StartsWith("426 BAD_REQUEST", ApiUnderTest.ProblemOf(get), StringComparison.Ordinal);
        Assert.Equal("websocket", get.Header("upgrade"));
        Assert.StartsWith("405 BAD_REQUEST", ApiUnderTest.ProblemOf(post), StringComparison.Ordinal);
        Assert.Equal("GET", post.Header("allow"));
    }

    [Fact]
    public async Task The_public_listener_does_not_have_it()
    {
        await using var api = await StartAsync();

        using var worker = await WorkerClient.KnockAsync(api.Gateway.Address, "?tenant=acme&services=trade", ApiUnderTest.AcmeKey);

        Assert.Equal(404, worker.Answer.Status);
    }

    [Fact]
    public async Task It_is_greeted_with_what_it_serves()
    {
        await using var api = await StartAsync();
        using var worker = await WorkerClient.ConnectAsync(api, "trade,quiz", "&worker=w-1");

        Assert.Equal(
            """{"op":"hello","v":1,"worker":"w-1","tenant":"acme","services":{"trade":{"timeout_ms":60000,"svc_ids":[5]},"quiz":{"timeout_ms":60000,"svc_ids":[]}},"max_message_bytes":262144,"ping_interval_ms":120000}""",
            worker.Hello.GetRawText());
    }

    [Fact]
    public async Task The_key_may_come_as_a_subprotocol_which_is_not_repeated()
    {
        await using var api = await StartAsync();

        using var worker = await WorkerClient.KnockAsync(
            api.Gateway.AdminAddress, "?tenant=acme&services=trade", null, 0, $"Sec-WebSocket-Protocol: wsprism.backend.v1, key.{ApiUnderTest.AcmeKey}");
        using var wrong = await WorkerClient.KnockAsync(
            api.Gateway.AdminAddress, "?tenant=acme&services=trade", null, 0, $"Sec-WebSocket-Protocol: wsprism.backend.v1, key.{ApiUnderTest.AcmeKey}x");

        Assert.Equal(101, worker.Answer.Status);
        Assert.Equal("wsprism.backend.v1", worker.Answer.Header("sec-websocket-protocol"));
        await worker.ExpectAsync("hello");
        Assert.Equal(401, wrong.Answer.Status);
    }

    [Fact]
    public async Task A_tenant_has_64_workers_and_not_one_more()
    {
        await using var api = await StartAsync();
        var workers = new List<WorkerClient>();
        for (var i = 0; i < 64; i++)
        {
            workers.Add(await WorkerClient.ConnectAsync(api));
        }

        using var tooMany = await WorkerClient.KnockAsync(api.Gateway.AdminAddress, "?tenant=acme&services=trade", ApiUnderTest.AcmeKey);

        Assert.StartsWith("503 RESOURCE_EXHAUSTED", ApiUnderTest.ProblemOf(tooMany.Answer), StringComparison.Ordinal);
        workers.ForEach(worker => worker.Dispose());
        await Patience.UntilAsync(
            async () => (await WorkerClient.KnockAsync(api.Gateway.AdminAddress, "?tenant=acme&services=trade", ApiUnderTest.AcmeKey)).Answer.Status == 101, "there is a place again");
    }

    [Fact]
    public async Task A_drain_tells_the_workers_and_closes_them_when_the_sessions_are_gone()
    {
        await using var api = await StartAsync(Config().Gateway("drain_grace_ms", "200"));
        using var worker = await WorkerClient.ConnectAsync(api);
        api.Gateway.TakeBystander().Dispose();

        var drain = api.Gateway.Host.DrainAsync();

        Assert.Equal(200, (await worker.ExpectAsync("draining")).GetProperty("grace_ms").GetInt32());
        Assert.Empty(await worker.ReadToCloseAsync(1001));
        await worker.SendAsync(ClientFrame.CloseWith(1001));
        await drain.WaitAsync(Patience.Limit);
    }
}
