using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Link;

/// <summary>Several workers of one service.</summary>
public sealed class LinkShareTests : LinkTests
{
    [Fact]
    public async Task A_room_belongs_to_one_worker_and_its_messages_stay_in_order_whoever_sends_them()
    {
        await using var api = await StartAsync();
        using var first = await WorkerClient.ConnectAsync(api, more: "&worker=a");
        using var second = await WorkerClient.ConnectAsync(api, more: "&worker=b");
        using var alice = await api.Gateway.ConnectAsync("t-alice");
        using var bob = await api.Gateway.ConnectAsync("t-bob");
        const int Rooms = 12;
        const int Messages = 10;

        for (var n = 0; n < Messages; n++)
        {
            for (var room = 0; room < Rooms; room++)
            {
                // One at a time, so that there is an order between the two of them.
                var sender = (n & 1) == 0 ? alice : bob;
                await sender.SendTextAsync($$"""{"svc":"trade","type":"buy","room":"room-{{room}}","data":{{n}}}""");
            }

            await ((n & 1) == 0 ? alice : bob).IsQuietAsync();
        }

        await HaveGotAsync(api, Rooms * Messages);
        var firsts = await ReadAllAsync(first);
        var seconds = await ReadAllAsync(second);

        Assert.Empty(firsts.Keys.Intersect(seconds.Keys));
        Assert.Equal(Rooms, firsts.Count + seconds.Count);
        Assert.All([.. firsts.Values, .. seconds.Values], numbers => Assert.Equal(Enumerable.Range(0, Messages), numbers));
        Assert.All([firsts, seconds], share => Assert.NotEmpty(share));
    }

    [Fact]
    public async Task Under_its_name_a_worker_has_the_same_rooms_again()
    {
        await using var api = await StartAsync();
        using var client = await api.Gateway.ConnectAsync("t-alice");
        using var other = await WorkerClient.ConnectAsync(api, more: "&worker=other");
        var shares = new List<string[]>();

        for (var i = 0; i < 2; i++)
        {
            using var worker = await WorkerClient.ConnectAsync(api, more: "&worker=same");
            for (var room = 0; room < 40; room++)
            {
                await client.SendTextAsync($$"""{"svc":"trade","type":"buy","room":"room-{{room}}","data":0}""");
            }

            await client.IsQuietAsync();
            await HaveGotAsync(api, 40);
            shares.Add([.. (await ReadAllAsync(worker)).Keys.Order()]);
            await ReadAllAsync(other);
            await HaveGotAsync(api, 0);
            await worker.SayAsync("""{"op":"drain"}""");
            await worker.ExpectAsync("drained");
            await worker.ReadToCloseAsync(1000);
        }

        Assert.NotEmpty(shares[0]);
        Assert.Equal(shares[0], shares[1]);
    }

    [Fact]
    public async Task When_a_worker_dies_what_it_had_is_refused_and_what_it_had_not_yet_goes_to_another_in_order()
    {
        await using var api = await StartAsync();
        using var dying = await WorkerClient.ConnectAsync(api, requests: 2);
        using var client = await api.Gateway.ConnectAsync("t-alice");
        for (var id = 1; id <= 5; id++)
        {
            await client.SendTextAsync($$"""{"svc":"trade","type":"buy","room":"r","data":{{id}},"id":{{id}}}""");
        }

        await dying.ExpectAsync("request");
        await dying.ExpectAsync("request");
        using var heir = await WorkerClient.ConnectAsync(api);

        dying.Raw.Reset();
        Assert.Equal("SERVICE_UNAVAILABLE", await client.ExpectErrorAsync("1"));
        Assert.Equal("SERVICE_UNAVAILABLE", await client.ExpectErrorAsync("2"));
        await client.SendTextAsync("""{"svc":"trade","type":"buy","room":"r","data":6,"id":6}""");

        for (var id = 3; id <= 6; id++)
        {
            var request = await heir.ExpectAsync("request");
            Assert.Equal(id, request.GetProperty("data").GetInt32());
            await heir.AnswerAsync(request);
            Assert.Equal(id, (await client.ExpectAsync("sys", "ack")).GetProperty("id").GetInt32());
        }

        var metrics = await api.Gateway.MetricsAsync();
        Assert.Equal((2, 4, 1), (metrics.Sum("wsprism_link_requests_total", ("outcome", "lost")), metrics.Sum("wsprism_link_requests_total", ("outcome", "answered")),
            metrics.Sum("wsprism_link_workers", ("service", "trade"))));
    }

    [Fact]
    public async Task Under_load_each_message_is_answered_once_though_workers_die_and_come()
    {
        await using var api = await StartAsync();
        using var steady = await WorkerClient.ConnectAsync(api, requests: 60_000);
        var serving = ServeAsync(steady);
        using var client = await api.Gateway.ConnectAsync("t-alice");
        var answers = new Dictionary<int, int>();
        var order = new List<int>();
        var id = 0;
        for (var round = 0; round < 8; round++)
        {
            using var dying = await WorkerClient.ConnectAsync(api, requests: 3);
            for (var i = 0; i < 40; i++)
            {
                await client.SendTextAsync($$"""{"svc":"trade","type":"buy","room":"room-{{i % 7}}","data":{{++id}},"id":{{id}}}""");
            }

            dying.Raw.Reset();
            for (var i = 0; i < 40; i++)
            {
                var answer = await client.ReadEnvelopeAsync();
                var number = answer.GetProperty("id").GetInt32();
                answers[number] = answers.GetValueOrDefault(number) + 1;
                if (answer.GetProperty("type").GetString() == "error")
                {
                    Assert.Equal("SERVICE_UNAVAILABLE", answer.GetProperty("data").GetProperty("code").GetString());
                }
            }
        }

        Assert.Equal(Enumerable.Range(1, id), answers.Keys.Order());
        Assert.All(answers.Values, count => Assert.Equal(1, count));
        await client.IsQuietAsync();
        steady.Raw.Reset();
        await serving;
    }

    [Fact]
    public async Task A_worker_that_drains_finishes_what_it_has_and_gives_the_rest_away()
    {
        await using var api = await StartAsync();
        using var leaving = await WorkerClient.ConnectAsync(api, requests: 1);
        using var client = await api.Gateway.ConnectAsync("t-alice");
        await client.SendTextAsync("""{"svc":"trade","type":"buy","room":"r","id":1}""");
        await client.SendTextAsync("""{"svc":"trade","type":"buy","room":"r","id":2}""");
        var mine = await leaving.ExpectAsync("request");
        using var heir = await WorkerClient.ConnectAsync(api);

        await leaving.SayAsync("""{"op":"drain"}""");
        var given = await heir.ExpectAsync("request");
        await leaving.IsHeardAsync();
        await heir.AnswerAsync(given);
        Assert.Equal(2, (await client.ExpectAsync("sys", "ack")).GetProperty("id").GetInt32());
        await leaving.AnswerAsync(mine);
        Assert.Equal(1, (await client.ExpectAsync("sys", "ack")).GetProperty("id").GetInt32());
        await leaving.ExpectAsync("drained");
        Assert.Empty(await leaving.ReadToCloseAsync(1000));
    }

    [Fact]
    public async Task The_last_worker_that_drains_finishes_all()
    {
        await using var api = await StartAsync();
        using var leaving = await WorkerClient.ConnectAsync(api, requests: 1);
        using var client = await api.Gateway.ConnectAsync("t-alice");
        await client.SendTextAsync("""{"svc":"trade","type":"buy","id":1}""");
        await client.SendTextAsync("""{"svc":"trade","type":"buy","id":2}""");
        var first = await leaving.ExpectAsync("request");
        await client.IsQuietAsync();

        await leaving.SayAsync("""{"op":"drain"}""");
        await leaving.IsHeardAsync();
        await client.SendTextAsync("""{"svc":"trade","type":"buy","id":3}""");
        Assert.Equal("SERVICE_UNAVAILABLE", await client.ExpectErrorAsync("3"));
        await leaving.AnswerAsync(first);
        await client.ExpectAsync("sys", "ack");
        await leaving.GrantAsync(1);
        await leaving.AnswerAsync(await leaving.ExpectAsync("request"));
        Assert.Equal(2, (await client.ExpectAsync("sys", "ack")).GetProperty("id").GetInt32());
        await leaving.ExpectAsync("drained");
        await leaving.ReadToCloseAsync(1000);
    }

    // So many requests are written to workers and not answered.
    private static Task HaveGotAsync(ApiUnderTest api, int count) => Patience.UntilAsync(
        async () => await api.Gateway.MetricsAsync() is var metrics && metrics.Sum("wsprism_link_in_flight") == count && metrics.Sum("wsprism_link_waiting") == 0,
        $"{count} requests in flight");

    // The numbers that came for each room, all of which are answered.
    private static async Task<Dictionary<string, List<int>>> ReadAllAsync(WorkerClient worker)
    {
        var rooms = new Dictionary<string, List<int>>();
        await worker.SendAsync(new ClientFrame(ClientFrame.Ping, [9]));
        while (true)
        {
            var frame = await worker.ReadAsync();
            if (frame.Opcode == ClientFrame.Pong)
            {
                return rooms;
            }

            var room = frame.Json.GetProperty("room").GetString()!;
            if (!rooms.TryGetValue(room, out var numbers))
            {
                rooms.Add(room, numbers = []);
            }

            numbers.Add(frame.Json.GetProperty("data").GetInt32());
            await worker.AnswerAsync(frame.Json);
        }
    }

    private static async Task ServeAsync(WorkerClient worker)
    {
        try
        {
            while (true)
            {
                await worker.AnswerAsync(await worker.ExpectAsync("request"));
            }
        }
        catch (Exception exception) when (exception is EndOfStreamException or System.Net.Sockets.SocketException or ObjectDisposedException)
        {
        }
    }
}
