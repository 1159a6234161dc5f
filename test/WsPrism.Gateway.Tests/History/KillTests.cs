using System.Text.Json;
using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.History;

/// <summary>The built program with a stored history, killed while clients publish: the checker accounts for every offset and every message that was acknowledged.</summary>
public sealed class KillTests : IDisposable
{
    private const int Kill = 9;
    private const int Kills = 4;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_was_said_before_a_kill_is_there_after_it()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var config = _folder.Write("wsprism.yaml", """
            version: 1
            gateway: {listen: "127.0.0.1:0", admin: {listen: "127.0.0.1:0"}, drain_grace_ms: 0, handshake_limit: {enabled: false}, history: {path: kept.db}}
            tenants:
              - id: acme
                auth: {dev_tickets: {t-alice: "user:alice", t-bob: "user:bob"}}
                limits: {outbound: {ext_messages: 100000, ext_bytes: 100000000}}
                policy: {ext_allowlist: ["room:*", "chat:*"], rate_limit_rps: 1000000, rate_limit_burst: 1000000, slow_consumer: disconnect}
                rooms: [{match: r, history: {size: 100000, ttl_ms: 3600000, store: sqlite}}]
            """);
        var heard = new List<(ulong Offset, string Text)>();
        var acknowledged = new HashSet<string>();
        var (epoch, last) = (string.Empty, 0UL);
        for (var life = 0; life <= Kills; life++)
        {
            using var process = GatewayProcess.Start(_folder.Path, "start", "--config", config);
            var address = await process.ReadAddressAsync();
            using var listener = await ConnectAsync(address, "t-bob");
            await listener.SendTextAsync($$$$"""{"svc":"room","type":"join","room":"r","data":{"since":{"epoch":"{{{{epoch}}}}","offset":{{{{heard.Count}}}}}}}""");
            var joined = (await listener.ExpectAsync("sys", "joined")).GetProperty("data");
            var offset = joined.GetProperty("offset").GetUInt64();
            if (life > 0)
            {
                Assert.Equal(epoch, joined.GetProperty("epoch").GetString());
                Assert.True(joined.GetProperty("recovered").GetBoolean(), joined.ToString());
                Assert.True(offset >= last, $"{offset} of {last}");
            }

            epoch = joined.GetProperty("epoch").GetString()!;
            if (life == Kills)
            {
                while ((ulong)heard.Count < offset)
                {
                    Hear(heard, await listener.ReadEnvelopeAsync());
                }

                break;
            }

            using var speaker = await ConnectAsync(address, "t-alice");
            await speaker.JoinAsync("r");
            var hearing = ReadAsync(listener, envelope => Hear(heard, envelope));
            var speaking = SpeakAsync(speaker, $"{life}", acknowledged, random.Next(100, 400), () => process.Signal(Kill));
            await speaking;
            await hearing;
            await process.EndAsync();
            last = (ulong)heard.Count;
        }

        Assert.Equal(Enumerable.Range(1, heard.Count).Select(i => (ulong)i), heard.Select(message => message.Offset));
        Assert.Equal(heard.Count, heard.Select(message => message.Text).Distinct().Count());
        Assert.True(acknowledged.Count >= Kills * 100);
        Assert.Empty(acknowledged.Except(heard.Select(message => message.Text)));
    }

    [Fact]
    public async Task A_damaged_file_keeps_the_gateway_from_starting_and_is_named()
    {
        var config = _folder.Write("wsprism.yaml", """
            version: 1
            gateway: {listen: "127.0.0.1:0", admin: {listen: "127.0.0.1:0"}, history: {path: kept.db}}
            tenants: [{id: acme, auth: {dev_tickets: {t: "user:u"}}, policy: {ext_allowlist: ["room:*"]}, rooms: [{match: r, history: {size: 1, store: sqlite}}]}]
            """);
        var file = _folder.Write("kept.db", new string('x', 10_000));

        var (code, output, errors) = await GatewayProcess.RunAsync(_folder.Path, "start", "--config", config);

        Assert.Equal(1, code);
        Assert.Contains($"gateway.history.path: \"{file}\" is damaged, or no database: restore it, or move it away to begin anew", output + errors, StringComparison.Ordinal);
    }

    private static async Task<GatewayClient> ConnectAsync(string address, string ticket) =>
        await (await (await GatewayClient.KnockAsync(Wire.WebSocket, address, "acme", ticket)).OpenedAsync()).GreetedAsync();

    private static void Hear(List<(ulong Offset, string Text)> heard, JsonElement envelope)
    {
        if (envelope.TryGetProperty("offset", out var offset))
        {
            heard.Add((offset.GetUInt64(), envelope.GetProperty("data").GetProperty("msg").GetString()!));
        }
    }

    // Until the wire breaks.
    private static async Task ReadAsync(GatewayClient client, Action<JsonElement> hear)
    {
        while (true)
        {
            JsonElement envelope;
            try
            {
                envelope = await client.ReadEnvelopeAsync();
            }
            catch (Exception exception) when (exception is IOException or System.Net.Sockets.SocketException)
            {
                return;
            }

            hear(envelope);
        }
    }

    // Has so many messages out at once that some are on their way to the disk whenever the process is killed.
    private static async Task SpeakAsync(GatewayClient client, string life, HashSet<string> acknowledged, int until, Action kill)
    {
        const int AtOnce = 40;
        using var places = new SemaphoreSlim(AtOnce);
        var (count, isOver) = (0, false);
        var reading = ReadAsync(client, envelope =>
        {
            if (envelope.GetProperty("svc").GetString() == "sys")
            {
                Assert.True(envelope.GetProperty("type").GetString() == "ack", envelope.ToString());
                acknowledged.Add(envelope.GetProperty("id").GetString()!);
                places.Release();
                if (++count == until)
                {
                    kill();
                }
            }
        });
        var sending = SendAsync();
        await reading;
        isOver = true;
        places.Release(AtOnce);
        await sending;

        async Task SendAsync()
        {
            for (var i = 0; ; i++)
            {
                await places.WaitAsync();
                if (Volatile.Read(ref isOver))
                {
                    return;
                }

                try
                {
                    await client.SendTextAsync($$$"""{"svc":"chat","type":"send","room":"r","id":"{{{life}}}.{{{i}}}","data":{"msg":"{{{life}}}.{{{i}}}"}}""");
                }
                catch (Exception exception) when (exception is IOException or System.Net.Sockets.SocketException)
                {
                    return;
                }
            }
        }
    }
}
