using System.Globalization;
using WsPrism.Gateway.Reload;
using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Reload;

/// <summary>
/// A hundred reloads, good and bad ones, while both lanes are in use and tenants come and go: no session is lost but those of tenants that are gone, no message of
/// the Ext lane and no reliable frame, the ledger adds up, and nothing is left over.
/// </summary>
public abstract class ReloadUnderLoadTests(Wire wire)
{
    private const int Reloads = 100;

    [Collection(Alone.Name)]
    public sealed class OverWebSocket() : ReloadUnderLoadTests(Wire.WebSocket);

    [Collection(Alone.Name)]
    public sealed class OverTcp() : ReloadUnderLoadTests(Wire.Tcp);

    [Fact]
    public async Task A_hundred_reloads_lose_nothing()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(Config(0), wire: wire);
        var listeners = new List<Listener>();
        for (var i = 0; i < 6; i++)
        {
            listeners.Add(await Listener.JoinAsync(gateway, string.Create(CultureInfo.InvariantCulture, $"load-l{i}")));
        }

        using var stop = new CancellationTokenSource();
        var publishers = new[] { "t-alice", "t-bob" }.Select(ticket => PublishAsync(gateway, ticket, stop.Token)).ToArray();
        for (var i = 1; i <= 10; i++)
        {
            await ReloadAsync(gateway, i);
        }

        var before = OpenDescriptors();
        for (var i = 11; i <= Reloads; i++)
        {
            await ReloadAsync(gateway, i);
        }

        await stop.CancelAsync();
        var sent = await Task.WhenAll(publishers);
        foreach (var listener in listeners)
        {
            foreach (var (publisher, count) in sent)
            {
                await Patience.UntilAsync(() => listener.Chats(publisher) == count && listener.Reliables(publisher) == count, $"{listener} gets all {count} of {publisher}");
            }

            listener.AssertOrder();
        }

        await Patience.UntilAsync(async () => (await gateway.MetricsAsync()) is var metrics && Queued(metrics) == 0, "nothing waits");
        var figures = await gateway.MetricsAsync();
        Assert.All(["control", "hot_reliable", "hot_lossy", "ext"], cls => Assert.Equal(
            figures.Sum("wsprism_ledger_accepted_total", ("tenant", "acme"), ("class", cls)), figures.Sum("wsprism_ledger_total", ("tenant", "acme"), ("class", cls))));
        Assert.Equal(0, figures.Sum("wsprism_ledger_total", ("tenant", "acme"), ("class", "ext"), ("fate", "overflow")));
        Assert.Equal(0, figures.Sum("wsprism_sessions_ended_total", ("tenant", "acme")) - publishers.Length);
        Assert.True(figures.Sum("wsprism_config_reloads_total", ("outcome", "applied")) >= Reloads / 2);
        Assert.True(figures.Sum("wsprism_config_reloads_total", ("outcome", "invalid")) >= 10);
        Assert.Equal(0, figures.Sum("wsprism_config_reloads_total", ("outcome", "failed")));

        // Those of connections that are just ending come and go; what a reload leaks would be a hundred times something.
        Assert.InRange(OpenDescriptors(), 0, before + 30);
        listeners.ForEach(listener => listener.Dispose());
    }

    private static double Queued(Metrics metrics) => metrics.Sum("wsprism_queue_messages", ("tenant", "acme"));

    private static async Task ReloadAsync(GatewayUnderTest gateway, int number)
    {
        gateway.Config = Config(number);
        var report = await gateway.Host.Reload.RunAsync("test");
        Assert.Equal(number % 7 == 0 ? ReloadOutcome.Invalid : ReloadOutcome.Applied, report.Outcome);
        switch (number % 7)
        {
            case 1:
                // There until the next reload, which takes the tenant away.
                using (var guest = await gateway.ConnectAsync("g-guest", "guest"))
                {
                    await guest.JoinAsync("r");
                    gateway.Config = Config(number + 1);
                    await gateway.Host.Reload.RunAsync("test");
                    var (frames, close) = await guest.ReadToCloseAsync();
                    Assert.Equal(4408, close.CloseCode);
                    Assert.Contains(frames, frame => frame.IsText && frame.Json.GetProperty("type").GetString() == "kicked");
                }

                gateway.Config = Config(number);
                await gateway.Host.Reload.RunAsync("test");
                break;
        }
    }

    // Each differs from the one before: rates, rules of the room, what may wait, who may come; the guest is there now and then, and now and then the file is wrong.
    private static TestConfig Config(int number)
    {
        var config = new TestConfig()
            .Gateway("shards", "2")
            .Gateway("ping_interval_ms", string.Create(CultureInfo.InvariantCulture, $"{100_000 + number}"))
            .Tenant("policy.rate_limit_rps", number % 7 == 0 && number > 0 ? "0" : string.Create(CultureInfo.InvariantCulture, $"{1_000_000 - number}"))
            .Tenant("limits.outbound", string.Create(CultureInfo.InvariantCulture, $$"""{ext_messages: {{100_000 + number}}, ext_bytes: 1000000000, hot_reliable_bytes: 1000000000}"""))
            .Tenant("rooms", string.Create(
                CultureInfo.InvariantCulture, $$"""[{match: "r", hot: {tick_hz: {{number % 3 * 30}}, max_hz: {{number % 2 * 20}}, ttl_ms: {{number % 5 * 100}} } }]"""));
        return number % 7 == 1 ? config.More("""{id: guest, auth: {dev_tickets: {g-guest: "user:guest"}}, policy: {ext_allowlist: ["room:*"]}}""") : config;
    }

    private static async Task<(string Ticket, int Count)> PublishAsync(GatewayUnderTest gateway, string ticket, CancellationToken stop)
    {
        using var client = await gateway.ConnectAsync(ticket);
        var reading = Task.Run(async () =>
        {
            try
            {
                while (true)
                {
                    await client.ReadAsync();
                }
            }
            catch (Exception)
            {
                // Its own end.
            }
        }, CancellationToken.None);
        await client.SendTextAsync("""{"svc":"room","type":"join","room":"r"}""");
        var count = 0;
        while (!stop.IsCancellationRequested)
        {
            count++;
            var number = string.Create(CultureInfo.InvariantCulture, $"{count}");
            await client.SendTextAsync($$$"""{"svc":"chat","type":"send","data":{"msg":"{{{ticket}}}:{{{number}}}"}}""");
            await client.SendBinaryAsync([1, 2, 0x20, .. System.Text.Encoding.ASCII.GetBytes($"{ticket}:{number}")]);
            for (byte key = 0; key < 4; key++)
            {
                await client.SendBinaryAsync(1, 1, 0x04, key, 0, 0, 0, 9);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, CancellationToken.None);
        }

        // A last word that is answered: all that was sent before it has been read.
        await Patience.UntilAsync(async () => (await gateway.MetricsAsync()).Sum("wsprism_queue_messages", ("tenant", "acme")) == 0, "nothing waits");
        await client.SendAsync(ClientFrame.CloseWith(1000));
        await reading;
        return (ticket, count);
    }

    private static int OpenDescriptors() => OperatingSystem.IsLinux() ? Directory.GetFiles("/proc/self/fd").Length : 0;

    /// <summary>A member of the room whose frames are read by a task of its own.</summary>
    private sealed class Listener : IDisposable
    {
        private readonly GatewayClient _client;
        private readonly string _name;
        private readonly Dictionary<string, int> _chats = [];
        private readonly Dictionary<string, int> _reliables = [];
        private readonly List<string> _wrong = [];

        private Listener(GatewayClient client, string name)
        {
            _client = client;
            _name = name;
            _ = Task.Run(ReadAsync);
        }

        public static async Task<Listener> JoinAsync(GatewayUnderTest gateway, string ticket)
        {
            var client = await gateway.ConnectAsync(ticket);
            await client.JoinAsync("r");
            return new Listener(client, ticket);
        }

        public int Chats(string publisher) => Read(_chats, publisher);

        public int Reliables(string publisher) => Read(_reliables, publisher);

        public void AssertOrder()
        {
            lock (_wrong)
            {
                Assert.Empty(_wrong);
            }
        }

        public void Dispose() => _client.Dispose();

        public override string ToString() => _name;

        private int Read(Dictionary<string, int> counts, string publisher)
        {
            lock (_wrong)
            {
                return counts.GetValueOrDefault(publisher);
            }
        }

        private async Task ReadAsync()
        {
            try
            {
                while (true)
                {
                    Note(await _client.ReadAsync());
                }
            }
            catch (Exception exception)
            {
                lock (_wrong)
                {
                    _wrong.Add($"{_name} ended: {exception.Message}");
                }
            }
        }

        private void Note(ServerFrame frame)
        {
            if (frame.IsText && frame.Json.GetProperty("svc").GetString() == "chat")
            {
                Note(_chats, frame.Json.GetProperty("data").GetProperty("msg").GetString()!);
            }
            else if (frame.IsBinary && frame.Payload[1] == 2)
            {
                // svc_id, opcode, flags, SENDER, payload.
                Note(_reliables, System.Text.Encoding.ASCII.GetString(frame.Payload.AsSpan(7)));
            }
            else if (frame.IsClose)
            {
                lock (_wrong)
                {
                    _wrong.Add($"{_name} was closed: {frame.CloseCode}");
                }
            }
        }

        private void Note(Dictionary<string, int> counts, string text)
        {
            var parts = text.Split(':');
            lock (_wrong)
            {
                var number = int.Parse(parts[1], CultureInfo.InvariantCulture);
                if (number != counts.GetValueOrDefault(parts[0]) + 1)
                {
                    _wrong.Add($"{text} after {counts.GetValueOrDefault(parts[0])}");
                }

                counts[parts[0]] = number;
            }
        }
    }
}
