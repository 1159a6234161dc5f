using System.Globalization;
using System.Text.Json;
using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Resume;

/// <summary>Sessions that survive a lost connection, over real sockets. What holds for every transport in every order of events is tested in memory, in the core.</summary>
public abstract class ResumeTests(Wire wire) : TransportTests(wire)
{
    private const string Kept = "{window_ms: 60000, buffer_bytes: 65536}";

    private readonly Wire _wire = wire;

    public sealed class OverWebSocket() : ResumeTests(Wire.WebSocket);

    public sealed class OverTcp() : ResumeTests(Wire.Tcp);

    [Theory]
    [InlineData("auto")]
    [InlineData("portable")]
    public async Task Who_vanishes_and_comes_back_has_missed_nothing(string io)
    {
        await using var gateway = await StartAsync(Config().Gateway("io", io).Gateway("shards", "4"));
        using var alice = await gateway.ConnectAsync("t-alice");
        using var bob = await gateway.ConnectAsync("t-bob");
        await alice.JoinAsync("r");
        await bob.JoinAsync("r");
        await SayAsync(alice, 0);
        await SayAsync(alice, 1);
        Assert.Equal(0, NumberOf(await bob.ExpectAsync("chat", "msg")));
        bob.Raw.Reset();
        await DetachedAsync(gateway, 1);
        await SayAsync(alice, 2);

        // Several times, so that it lands on other loops than its session's; it has read one more each time.
        var (token, session) = (TokenOf(bob.Authed), bob.Authed.GetProperty("session").GetString());
        for (var position = 1; position <= 6; position++)
        {
            using var again = await (await gateway.KnockAgainAsync("t-bob", token, position)).OpenedAsync();
            var resumed = (await again.ExpectAsync("sys", "resumed")).GetProperty("data");
            Assert.Equal((session, position, 2), (resumed.GetProperty("session").GetString(), resumed.GetProperty("position").GetInt32(), resumed.GetProperty("replayed").GetInt32()));
            token = TokenOf(resumed);
            Assert.Equal(9, (await again.ReadAsync()).Opcode);
            Assert.Equal(position, NumberOf(await again.ExpectAsync("chat", "msg")));
            again.Raw.Reset();
            await DetachedAsync(gateway, 1);
            await SayAsync(alice, position + 2);
        }

        using var last = await (await gateway.KnockAgainAsync("t-bob", token, 7)).OpenedAsync();
        await last.ExpectAsync("sys", "resumed");
        await last.ReadAsync();
        Assert.Equal(7, NumberOf(await last.ExpectAsync("chat", "msg")));
        Assert.Equal(8, NumberOf(await last.ExpectAsync("chat", "msg")));
        await last.ExpectAsync("sys", "budget");
        await last.ExpectAsync("sys", "budget");
        await last.SendTextAsync("""{"svc":"chat","type":"send","room":"r","data":{"msg":"9"}}""");
        Assert.Equal(9, NumberOf(await last.ExpectAsync("chat", "msg")));
        var metrics = await gateway.MetricsAsync();
        Assert.Equal(7, metrics.Sum("wsprism_resumes_total", ("tenant", "acme"), ("outcome", "resumed")));
        Assert.Equal(14, metrics.Sum("wsprism_resume_replayed_total", ("tenant", "acme")));
        Assert.Equal(2, metrics.Sum("wsprism_sessions", ("tenant", "acme")));
        await Patience.UntilAsync(async () => (await gateway.MetricsAsync()).Sum("wsprism_shard_sessions") == 3, "old connections are gone");
    }

    [Theory]
    [InlineData("auto")]
    [InlineData("portable")]
    public async Task Who_comes_back_while_the_old_connection_is_half_open_takes_it_over(string io)
    {
        await using var gateway = await StartAsync(Config().Gateway("io", io).Gateway("shards", "3"));
        using var alice = await gateway.ConnectAsync("t-alice");
        using var bob = await gateway.ConnectAsync("t-bob");
        await alice.JoinAsync("r");
        await bob.JoinAsync("r");
        await SayAsync(alice, 0);
        await bob.ExpectAsync("chat", "msg");

        using var again = await (await gateway.KnockAgainAsync("t-bob", TokenOf(bob.Authed), 1)).OpenedAsync();
        await again.ExpectAsync("sys", "resumed");
        await again.ReadAsync();
        await again.ExpectAsync("sys", "budget");
        await again.ExpectAsync("sys", "budget");
        await bob.Raw.ReadToEndAsync();
        await SayAsync(alice, 1);
        Assert.Equal(1, NumberOf(await again.ExpectAsync("chat", "msg")));
        await Patience.UntilAsync(async () => (await gateway.MetricsAsync()).Sum("wsprism_shard_sessions") == 3, "the old connection is gone");
        Assert.Equal(0, (await gateway.MetricsAsync()).Sum("wsprism_sessions_detached"));
        await again.IsQuietAsync();
    }

    [Theory]
    [InlineData("auto")]
    [InlineData("portable")]
    public async Task A_drop_in_the_middle_of_a_frame_costs_nothing(string io)
    {
        await using var gateway = await StartAsync(Config().Gateway("io", io));
        using var alice = await gateway.ConnectAsync("t-alice");
        using var bob = await gateway.ConnectAsync("t-bob", receiveBuffer: 4_096);
        await alice.JoinAsync("r");
        await bob.JoinAsync("r");
        for (var i = 0; i < 30; i++)
        {
            await SayAsync(alice, i, new string('x', 1_500));
        }

        // A header and a half, of the first of them.
        await bob.Raw.ReadExactlyAsync(700);
        bob.Raw.Reset();
        await DetachedAsync(gateway, 1);

        using var again = await (await gateway.KnockAgainAsync("t-bob", TokenOf(bob.Authed), 0)).OpenedAsync();
        Assert.Equal(30, (await again.ExpectAsync("sys", "resumed")).GetProperty("data").GetProperty("replayed").GetInt32());
        await again.ReadAsync();
        for (var i = 0; i < 30; i++)
        {
            Assert.Equal(i, NumberOf(await again.ExpectAsync("chat", "msg")));
        }
    }

    [Fact]
    public async Task Messages_sent_behind_the_handshake_are_acted_on_once()
    {
        await using var gateway = await StartAsync(Config().Gateway("shards", "3"));
        using var bob = await gateway.ConnectAsync("t-bob");
        await bob.JoinAsync("r");
        const string Message = """{"svc":"chat","type":"send","room":"r","data":{"msg":"0"},"id":1}""";
        await bob.SendTextAsync(Message);
        await bob.ExpectAsync("sys", "ack");
        bob.Raw.Reset();

        using var again = await gateway.KnockAgainAsync("t-bob", TokenOf(bob.Authed), 0);
        await again.SendTextAsync(Message);
        await again.OpenedAsync();
        await again.ExpectAsync("sys", "resumed");
        await again.ReadAsync();
        await again.ExpectAsync("chat", "msg");
        Assert.Equal(["budget", "budget", "ack"], [await TypeAsync(again), await TypeAsync(again), await TypeAsync(again)]);
        await again.IsQuietAsync();
    }

    [Fact]
    public async Task Nonsense_gets_a_new_session_and_twice_the_same_a_refusal()
    {
        await using var gateway = await StartAsync(Config());
        foreach (var (token, position, reason) in new[] { ("x", "0", "unknown"), ("", "", "unknown"), ("AAAAAAAAAAAAAAAAAAAAAA", "-1", "unknown") })
        {
            using var raw = await RawClient.ConnectAsync(_wire == Wire.Tcp ? gateway.TcpAddress : gateway.Address);
            using GatewayClient client = _wire == Wire.Tcp
                ? await TcpClient.KnockAsync(raw, "acme", "t-bob", $" resume={token} position={position}")
                : await WsClient.KnockAsync(raw, $"/v1/ws?tenant=acme&ticket=t-bob&resume={token}&position={position}");
            await client.OpenedAsync();
            Assert.Equal(reason, (await client.ExpectAsync("sys", "authed")).GetProperty("data").GetProperty("resume_failed").GetString());
        }

        foreach (var key in new[] { "resume", "position" })
        {
            if (_wire == Wire.Tcp)
            {
                using var client = await TcpClient.SayAsync(gateway.TcpAddress, $"WSPRISM/1 tenant=acme ticket=t-bob {key}=a {key}=a\n");
                Assert.Equal("400 BAD_REQUEST", await client.ExpectRefusalAsync(1002));
            }
            else
            {
                Assert.Equal(400, (await gateway.AskAsync(RawClient.Get($"/v1/ws?tenant=acme&ticket=t-bob&{key}=a&{key}=a", WsClient.UpgradeHeaders))).Status);
            }
        }
    }

    [Fact]
    public async Task A_full_tenant_lets_its_own_back_in()
    {
        await using var gateway = await StartAsync(Config().Tenant("limits.max_sessions_total", "1"));
        using var bob = await gateway.ConnectAsync("t-bob");
        bob.Raw.Reset();
        await DetachedAsync(gateway, 1);

        using var again = await (await gateway.KnockAgainAsync("t-bob", TokenOf(bob.Authed), 0)).OpenedAsync();
        await again.ExpectAsync("sys", "resumed");
    }

    /// <summary>
    /// Clients that drop at random while three publish, some in the middle of what they read, and come back at once or a moment later, often before the gateway has seen
    /// them go. Each gets every message once and in order.
    /// </summary>
    [Theory]
    [InlineData("auto")]
    [InlineData("portable")]
    public async Task Many_that_drop_and_come_back_under_publishing_get_every_message_once(string io)
    {
        const int Receivers = 200;
        const int Messages = 300;
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        await using var gateway = await StartAsync(Config("{window_ms: 600000, buffer_bytes: 1048576}").Gateway("io", io).Gateway("shards", "2").Tenant("limits.outbound", "{ext_messages: 100000, ext_bytes: 100000000}"));
        using var alice = await gateway.ConnectAsync("t-alice");
        await alice.JoinAsync("r");
        var receivers = new List<Task<int>>();
        for (var i = 0; i < Receivers; i++)
        {
            var client = await gateway.ConnectAsync($"load-{i}");
            await client.JoinAsync("r");
            receivers.Add(ReceiveAsync(gateway, client, $"load-{i}", Messages, new Random(seed + i)));
        }

        for (var i = 0; i < Messages; i++)
        {
            await SayAsync(alice, i);
        }

        var drops = await Task.WhenAll(receivers);
        Assert.True(drops.Sum() > Receivers, $"seed {seed}: only {drops.Sum()} drops");
        var metrics = await gateway.MetricsAsync();
        Assert.InRange(metrics.Sum("wsprism_resumes_total", ("tenant", "acme"), ("outcome", "resumed")), Receivers, drops.Sum());

        // An attempt that was given up may arrive when its client has shown that it has a newer token: it is nobody's then. A client that was told so would wait for its messages in vain.
        Assert.Equal(
            metrics.Sum("wsprism_resumes_total", ("tenant", "acme")),
            metrics.Sum("wsprism_resumes_total", ("tenant", "acme"), ("outcome", "resumed")) + metrics.Sum("wsprism_resumes_total", ("tenant", "acme"), ("outcome", "unknown")));
        Assert.Equal(metrics.Sum("wsprism_ledger_accepted_total"), metrics.Sum("wsprism_ledger_total") + metrics.Sum("wsprism_queue_messages"));
    }

    // Reads all messages in order, dropping now and then; answers how often it came back.
    private static async Task<int> ReceiveAsync(GatewayUnderTest gateway, GatewayClient client, string ticket, int messages, Random random)
    {
        var (token, position, drops) = (TokenOf(client.Authed), 0, 0);
        while (position < messages)
        {
            var frame = random.Next(60) > 0 ? await ReadOrEndAsync(client) : null;
            if (frame is null)
            {
                // Of two attempts the earlier may arrive later and cut the other: then it comes back once more.
                if (random.Next(2) == 0)
                {
                    client.Raw.Reset();
                }

                using var former = client;
                client = await (await gateway.KnockAgainAsync(ticket, token, position)).OpenedAsync();
                drops++;
                continue;
            }

            if (!frame.IsText)
            {
                continue;
            }

            var (svc, data) = (frame.Json.GetProperty("svc").GetString(), frame.Json.GetProperty("data"));
            if (frame.Json.GetProperty("type").GetString() == "resumed")
            {
                token = TokenOf(data);
            }
            else if (svc == "chat")
            {
                Assert.Equal(position++, NumberOf(frame.Json));
            }
        }

        client.Dispose();
        return drops;
    }

    private static async Task<ServerFrame?> ReadOrEndAsync(GatewayClient client)
    {
        try
        {
            return await client.ReadAsync();
        }
        catch (Exception exception) when (exception is EndOfStreamException or System.Net.Sockets.SocketException)
        {
            return null;
        }
    }

    private static TestConfig Config(string resume = Kept) => new TestConfig().Tenant("resume", resume);

    private static Task DetachedAsync(GatewayUnderTest gateway, int count) => Patience.UntilAsync(
        async () => (await gateway.MetricsAsync()).Sum("wsprism_sessions_detached", ("tenant", "acme")) == count, "the lost connection is noticed");

    private static string TokenOf(JsonElement data) => data.GetProperty("resume").GetProperty("token").GetString()!;

    private static async Task<string> TypeAsync(GatewayClient client) => (await client.ReadEnvelopeAsync()).GetProperty("type").GetString()!;

    private static int NumberOf(JsonElement envelope) =>
        int.Parse(envelope.GetProperty("data").GetProperty("msg").GetString()!.TrimEnd('x'), CultureInfo.InvariantCulture);

    private static async Task SayAsync(GatewayClient client, int number, string padding = "")
    {
        await client.SendTextAsync(string.Create(CultureInfo.InvariantCulture, $$$"""{"svc":"chat","type":"send","room":"r","data":{"msg":"{{{number}}}{{{padding}}}"}}"""));
        await client.ExpectAsync("chat", "msg");
    }
}
