using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Link;

public sealed class LinkRequestTests : LinkTests
{
    [Fact]
    public async Task A_message_goes_to_the_worker_and_its_answer_back()
    {
        await using var api = await StartAsync();
        using var worker = await WorkerClient.ConnectAsync(api);
        using var client = await api.Gateway.ConnectAsync("t-alice");
        var handle = await client.JoinAsync("r");

        await client.SendTextAsync("""{"svc":"trade","type":"buy","data":{"n": 1},"id":"a"}""");
        var request = await worker.ExpectAsync("request");
        await worker.AnswerAsync(request, """{"reply":{"price":7},"set_state":{"cash":3}}""");

        Assert.Equal(
            $$"""{"op":"request","id":1,"svc":"trade","type":"buy","room":"r","room_handle":{{handle}},"in_room":true,"data":{"n": 1},"user":"user:alice","session":"{{client.Authed.GetProperty("session")}}","handle":{{client.Handle}}}""",
            request.GetRawText());
        var ack = await client.ExpectAsync("sys", "ack");
        Assert.Equal(("a", 7), (ack.GetProperty("id").GetString(), ack.GetProperty("data").GetProperty("price").GetInt32()));

        await client.SendTextAsync("""{"svc":"trade","type":"buy","room":"elsewhere"}""");
        request = await worker.ExpectAsync("request");
        Assert.Equal(2, request.GetProperty("id").GetInt64());
        Assert.Equal(("elsewhere", false, 3), (request.GetProperty("room").GetString(), request.GetProperty("in_room").GetBoolean(), request.GetProperty("state").GetProperty("cash").GetInt32()));
        Assert.False(request.TryGetProperty("room_handle", out _));
    }

    [Fact]
    public async Task An_answer_may_refuse_publish_move_and_kick()
    {
        await using var api = await StartAsync();
        using var worker = await WorkerClient.ConnectAsync(api);
        using var client = await api.Gateway.ConnectAsync("t-alice");

        await client.SendTextAsync("""{"svc":"trade","type":"enter","id":1}""");
        await worker.AnswerAsync(
            await worker.ExpectAsync("request"),
            """{"join":["hall"],"publish":[{"to":{"user":"user:alice"},"message":{"svc":"trade","type":"welcome"}}],"error":{"code":"NOT_ALLOWED","msg":"No."}}""");

        Assert.Equal("hall", (await client.ExpectAsync("sys", "joined")).GetProperty("room").GetString());
        Assert.Equal("NOT_ALLOWED", await client.ExpectErrorAsync("1"));
        await client.ExpectAsync("trade", "welcome");

        await client.SendTextAsync("""{"svc":"trade","type":"leave","id":2}""");
        await worker.AnswerAsync(await worker.ExpectAsync("request"), """{"kick":{"reason":"done"}}""");
        await client.ExpectAsync("sys", "ack");
        Assert.Equal("done", (await client.ExpectAsync("sys", "kicked")).GetProperty("data").GetProperty("reason").GetString());
        await client.ExpectCloseAsync(4408);
    }

    [Fact]
    public async Task Without_a_worker_it_is_SERVICE_UNAVAILABLE_and_one_without_credit_has_no_share()
    {
        await using var api = await StartAsync();
        using var client = await api.Gateway.ConnectAsync("t-alice");

        await client.SendTextAsync("""{"svc":"trade","type":"buy","id":1}""");
        Assert.Equal("SERVICE_UNAVAILABLE", await client.ExpectErrorAsync("1"));

        using var worker = await WorkerClient.ConnectAsync(api, requests: 0, frames: 0);
        await client.SendTextAsync("""{"svc":"trade","type":"buy","id":2}""");
        Assert.Equal("SERVICE_UNAVAILABLE", await client.ExpectErrorAsync("2"));

        await worker.GrantAsync(1);
        await worker.IsHeardAsync();
        await client.SendTextAsync("""{"svc":"trade","type":"buy","id":3}""");
        await worker.AnswerAsync(await worker.ExpectAsync("request"));
        Assert.Equal(3, (await client.ExpectAsync("sys", "ack")).GetProperty("id").GetInt32());
        Assert.Equal(2, (await api.Gateway.MetricsAsync()).Sum("wsprism_link_requests_total", ("service", "trade"), ("outcome", "no_worker")));
    }

    [Fact]
    public async Task What_takes_too_long_is_TIMEOUT_and_the_late_answer_is_no_mistake()
    {
        await using var api = await StartAsync(Config(timeoutMs: 100));
        using var worker = await WorkerClient.ConnectAsync(api, requests: 1);
        using var client = await api.Gateway.ConnectAsync("t-alice");

        await client.SendTextAsync("""{"svc":"trade","type":"buy","id":1}""");
        await client.SendTextAsync("""{"svc":"trade","type":"buy","id":2}""");
        var request = await worker.ExpectAsync("request");
        Assert.Equal("TIMEOUT", await client.ExpectErrorAsync("1"));
        Assert.Equal("TIMEOUT", await client.ExpectErrorAsync("2"));

        await worker.AnswerAsync(request, """{"reply":1}""");
        await worker.IsHeardAsync();
        await client.IsQuietAsync();
        var metrics = await api.Gateway.MetricsAsync();
        Assert.Equal(
            (2, 0, 0, 1),
            (metrics.Sum("wsprism_link_requests_total", ("outcome", "timeout")), metrics.Sum("wsprism_link_in_flight"), metrics.Sum("wsprism_link_waiting"),
                metrics.Sum("wsprism_link_credit_waits_total")));
    }

    [Fact]
    public async Task Requests_wait_for_credit_and_come_in_their_order()
    {
        await using var api = await StartAsync();
        using var worker = await WorkerClient.ConnectAsync(api, requests: 2);
        using var client = await api.Gateway.ConnectAsync("t-alice");

        for (var i = 1; i <= 6; i++)
        {
            await client.SendTextAsync($$"""{"svc":"trade","type":"buy","data":{{i}}}""");
        }

        await ExpectAsync(1, 2);
        await worker.IsHeardAsync();
        await worker.GrantAsync(3);
        await ExpectAsync(3, 4, 5);
        await worker.IsHeardAsync();
        await worker.SayAsync("""{"op":"answer","id":1,"credit":1}""");
        await ExpectAsync(6);
        Assert.Equal(4, (await api.Gateway.MetricsAsync()).Sum("wsprism_link_credit_waits_total", ("service", "trade")));

        async Task ExpectAsync(params int[] numbers)
        {
            foreach (var number in numbers)
            {
                Assert.Equal(number, (await worker.ExpectAsync("request")).GetProperty("data").GetInt32());
            }
        }
    }

    [Fact]
    public async Task Of_1024_that_wait_none_is_refused_and_the_next_one_is()
    {
        await using var api = await StartAsync();
        using var worker = await WorkerClient.ConnectAsync(api, requests: 1);

        // No client may have more than 64 under way.
        var clients = new List<GatewayClient>();
        for (var i = 0; i < 17; i++)
        {
            clients.Add(await api.Gateway.ConnectAsync($"load-{i}"));
            for (var id = 1; id <= (i < 16 ? 64 : 1); id++)
            {
                await clients[i].SendTextAsync($$"""{"svc":"trade","type":"buy","id":{{id}}}""");
            }

            await clients[i].IsQuietAsync();
        }

        await worker.ExpectAsync("request");
        await clients[16].SendTextAsync("""{"svc":"trade","type":"buy","id":2}""");

        Assert.Equal("SERVICE_UNAVAILABLE", await clients[16].ExpectErrorAsync("2"));
        var metrics = await api.Gateway.MetricsAsync();
        Assert.Equal((1, 1_024), (metrics.Sum("wsprism_link_requests_total", ("outcome", "queue_full")), metrics.Sum("wsprism_link_waiting")));
        clients.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task An_answer_that_is_none_is_INTERNAL_for_the_client_and_an_error_for_the_worker()
    {
        await using var api = await StartAsync();
        using var worker = await WorkerClient.ConnectAsync(api);
        using var client = await api.Gateway.ConnectAsync("t-alice");

        await client.SendTextAsync("""{"svc":"trade","type":"buy","id":1}""");
        await worker.AnswerAsync(await worker.ExpectAsync("request"), """{"rely":1}""");

        Assert.Equal("INTERNAL", await client.ExpectErrorAsync("1"));
        Assert.Equal("BAD_REQUEST", await worker.ExpectErrorAsync(1));
    }

    [Fact]
    public async Task A_session_that_is_gone_costs_nothing()
    {
        await using var api = await StartAsync();
        using var worker = await WorkerClient.ConnectAsync(api);
        using (var client = await api.Gateway.ConnectAsync("t-alice"))
        {
            await client.SendTextAsync("""{"svc":"trade","type":"buy","id":1}""");
            var request = await worker.ExpectAsync("request");
            client.Raw.Reset();
            await Patience.UntilAsync(async () => (await api.Gateway.MetricsAsync()).Sum("wsprism_sessions", ("tenant", "acme")) == 0, "the session ends");
            await worker.AnswerAsync(request, """{"reply":1,"publish":[{"to":{"all":true},"message":{"svc":"trade","type":"x"}}]}""");
        }

        await worker.IsHeardAsync();
    }
}
