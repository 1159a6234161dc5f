using System.Globalization;
using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Transport;

/// <summary>Clients that do not read, and clients that vanish.</summary>
public abstract class SlowConsumerTests(Wire wire) : TransportTests(wire)
{
    public sealed class OverWebSocket() : SlowConsumerTests(Wire.WebSocket);

    public sealed class OverTcp() : SlowConsumerTests(Wire.Tcp);

    private static readonly string Long = new('x', 2_000);

    [Fact]
    public async Task Who_never_reads_is_closed_and_the_others_get_everything()
    {
        await using var gateway = await StartAsync("limits.outbound", "{ext_messages: 64, ext_bytes: 131072}");
        using var sender = await gateway.ConnectAsync("t-alice");
        using var reader = await gateway.ConnectAsync("t-bob");
        using var slow = await gateway.ConnectAsync("t-carol", receiveBuffer: 4_096);
        foreach (var client in new[] { sender, reader, slow })
        {
            await client.JoinAsync("r");
        }

        var sent = 0;
        Metrics metrics;
        do
        {
            for (var i = 0; i < 20; i++, sent++)
            {
                await sender.SendTextAsync(Message(sent));
                await IsMessageAsync(sender, sent);
                await IsMessageAsync(reader, sent);
            }

            metrics = await gateway.MetricsAsync();
            Assert.True(metrics.Sum("wsprism_queue_messages", ("tenant", "acme"), ("class", "ext")) <= 3 * 64);
            Assert.True(sent < 100_000, "the slow one was never closed");
        }
        while (metrics.Sum("wsprism_sessions_ended_total", ("tenant", "acme"), ("reason", "queue_overflow")) == 0);

        Assert.Equal(2, metrics.Sum("wsprism_sessions", ("tenant", "acme")));
        Assert.True(metrics.Sum("wsprism_ledger_total", ("tenant", "acme"), ("class", "ext"), ("fate", "session_closed")) > 0);
        await reader.IsQuietAsync();

        // Once it reads it gets what was on its way, in order, and then the reason.
        var (before, close) = await slow.ReadToCloseAsync();
        Assert.Equal(4410, close.CloseCode);
        Assert.Equal(Enumerable.Range(0, before.Count).Select(Number), before.Select(NumberOf));
    }

    [Fact]
    public async Task Who_takes_no_byte_for_the_send_timeout_is_cut()
    {
        await using var gateway = await StartAsync(
            new TestConfig().Gateway("writer_send_timeout_ms", "100").Tenant("limits.outbound", "{ext_messages: 100000, ext_bytes: 100000000}"));
        using var sender = await gateway.ConnectAsync("t-alice");
        using var slow = await gateway.ConnectAsync("t-carol", receiveBuffer: 4_096);
        await sender.JoinAsync("r");
        await slow.JoinAsync("r");

        for (var sent = 0; sent % 50 > 0 || (await gateway.MetricsAsync()).Sum("wsprism_sessions_ended_total", ("tenant", "acme"), ("reason", "write_timeout")) == 0; sent++)
        {
            await sender.SendTextAsync(Message(sent));
            await IsMessageAsync(sender, sent);
        }

        await Patience.UntilAsync(async () => (await gateway.MetricsAsync()).Sum("wsprism_shard_sessions") == 2, "the connection is given up");
        await sender.IsQuietAsync();
    }

    [Fact]
    public async Task Where_the_oldest_is_dropped_a_slow_reader_is_told_how_much_it_missed()
    {
        await using var gateway = await StartAsync(
            new TestConfig().Tenant("policy.slow_consumer", "drop_oldest").Tenant("limits.outbound", "{ext_messages: 32, ext_bytes: 1048576}"));
        using var sender = await gateway.ConnectAsync("t-alice");
        using var slow = await gateway.ConnectAsync("t-carol", receiveBuffer: 4_096);
        await sender.JoinAsync("r");
        await slow.JoinAsync("r");

        var sent = 0;
        do
        {
            for (var i = 0; i < 50; i++, sent++)
            {
                await sender.SendTextAsync(Message(sent));
                await IsMessageAsync(sender, sent);
            }
        }
        while ((await gateway.MetricsAsync()).Sum("wsprism_ledger_total", ("tenant", "acme"), ("class", "ext"), ("fate", "overflow")) == 0);

        // Nothing more is sent: all is either received or counted as dropped, and what is received is in order.
        var (received, dropped, last) = (0, 0, "");
        while (last != Number(sent - 1) || received + dropped < sent)
        {
            var frame = await slow.ReadAsync();
            if (frame.Text.Contains("\"lagging\"", StringComparison.Ordinal))
            {
                dropped += frame.Json.GetProperty("data").GetProperty("dropped").GetInt32();
            }
            else
            {
                Assert.True(string.CompareOrdinal(NumberOf(frame), last) > 0);
                last = NumberOf(frame);
                received++;
            }
        }

        Assert.Equal(sent, received + dropped);
        Assert.True(dropped > 0);
        await slow.IsQuietAsync();
    }

    [Fact]
    public async Task A_slow_reader_of_hot_frames_gets_the_latest_state_of_each_sender()
    {
        await using var gateway = await StartAsync();
        using var sender = await gateway.ConnectAsync("t-alice");
        using var slow = await gateway.ConnectAsync("t-carol", receiveBuffer: 4_096);
        await sender.JoinAsync("r");
        await slow.JoinAsync("r");
        var state = 0;

        do
        {
            for (var i = 0; i < 200; i++)
            {
                state++;
                await sender.SendBinaryAsync([1, 1, 0, (byte)state, (byte)(state >> 8), (byte)(state >> 16), .. new byte[2_000]]);
            }

            await sender.IsQuietAsync();
        }
        while ((await gateway.MetricsAsync()).Sum("wsprism_ledger_total", ("tenant", "acme"), ("class", "hot_lossy"), ("fate", "conflated")) == 0);

        var last = 0;
        var received = 0;
        while (last != state)
        {
            var frame = await slow.ReadAsync();
            var now = frame.Payload[7] | (frame.Payload[8] << 8) | (frame.Payload[9] << 16);
            Assert.True(now > last);
            last = now;
            received++;
        }

        Assert.True(received < state);
        await slow.IsQuietAsync();
    }

    [Fact]
    public async Task Who_does_not_read_its_own_answers_is_closed()
    {
        await using var gateway = await StartAsync(new TestConfig().Gateway("writer_send_timeout_ms", "1000"));
        using var greedy = await gateway.ConnectAsync("t-alice", receiveBuffer: 4_096);
        using var other = await gateway.ConnectAsync("t-bob");
        var pings = Enumerable.Repeat(greedy.Encode(new ClientFrame(ClientFrame.Ping, new byte[125])), 1_000).SelectMany(bytes => bytes).ToArray();

        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            while (true)
            {
                await greedy.Raw.SendAsync(pings);
            }
        });

        await other.IsQuietAsync();
        await Patience.UntilAsync(async () => (await gateway.MetricsAsync()).Sum("wsprism_shard_sessions") == 2, "the connection is given up");
    }

    [Fact]
    public async Task Who_vanishes_while_much_waits_for_it_leaves_nothing_behind()
    {
        await using var gateway = await StartAsync("limits.outbound", "{ext_messages: 100000, ext_bytes: 100000000}");
        using var sender = await gateway.ConnectAsync("t-alice");
        var slow = await gateway.ConnectAsync("t-carol", receiveBuffer: 4_096);
        await sender.JoinAsync("r");
        await slow.JoinAsync("r");
        for (var sent = 0; sent % 50 > 0 || (await gateway.MetricsAsync()).Sum("wsprism_queue_messages", ("tenant", "acme")) < 50; sent++)
        {
            await sender.SendTextAsync(Message(sent));
            await IsMessageAsync(sender, sent);
        }

        slow.Raw.Reset();

        await Patience.UntilAsync(async () => (await gateway.MetricsAsync()).Sum("wsprism_shard_sessions") == 2, "the session is gone");
        Assert.Equal(0, (await gateway.MetricsAsync()).Sum("wsprism_queue_messages", ("tenant", "acme")));
        await sender.IsQuietAsync();
    }

    [Fact]
    public async Task A_thousand_that_connect_and_vanish_leave_nothing_behind()
    {
        await using var gateway = await StartAsync(new TestConfig().Gateway("shards", "2"));
        for (var round = 0; round < 10; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 100).Select(async i =>
            {
                var client = await gateway.KnockAsync($"load-{i % 7}");
                if (i % 4 > 0)
                {
                    await client.OpenedAsync();
                }

                if (i % 4 > 1)
                {
                    await client.SendTextAsync("""{"svc":"room","type":"join","room":"r"}""");
                    await client.SendTextAsync("""{"svc":"chat","type":"send","data":{"msg":"x"}}""");
                }

                if (i % 3 == 0)
                {
                    client.Dispose();
                }
                else
                {
                    client.Raw.Reset();
                }
            }));
        }

        await Patience.UntilAsync(
            async () => (await gateway.MetricsAsync()) is var now && now.Sum("wsprism_shard_sessions") == 1 && now.Sum("wsprism_sessions") == 1, "only the bystander is left");
        var metrics = await gateway.MetricsAsync();
        Assert.Equal(1, metrics.Sum("wsprism_users"));
        Assert.Equal(1, metrics.Sum("wsprism_rooms"));
        Assert.Equal(0, metrics.Sum("wsprism_queue_messages"));
        foreach (var cls in new[] { "control", "hot_reliable", "hot_lossy", "ext" })
        {
            Assert.Equal(
                metrics.Sum("wsprism_ledger_accepted_total", ("class", cls)), metrics.Sum("wsprism_ledger_total", ("class", cls)));
        }
    }

    private static string Message(int number) => $$$"""{"svc":"chat","type":"send","data":{"msg":"{{{Number(number)}}}{{{Long}}}"}}""";

    private static string Number(int number) => number.ToString("D8", CultureInfo.InvariantCulture);

    private static string NumberOf(ServerFrame frame) => frame.Json.GetProperty("data").GetProperty("msg").GetString()![..8];

    private static async Task IsMessageAsync(GatewayClient client, int number) =>
        Assert.Equal(Number(number), (await client.ExpectAsync("chat", "msg")).GetProperty("data").GetProperty("msg").GetString()![..8]);
}
