using System.Text;
using System.Text.Json;
using WsPrism.Core.Configuration;
using WsPrism.Core.Delivery;
using WsPrism.Core.Sessions;
using WsPrism.Core.Tests.Delivery;
using WsPrism.Protocol;
using WsPrism.Protocol.Hot;
using WsPrism.Testing;

namespace WsPrism.Core.Tests.Market;

/// <summary>
/// Publishers, the backend and subscribers of every kind over several shards, which run in any order, with clients that stall, change their minds and vanish. What each
/// client sees of each value is: its number only grows, but where it asked for the value again; and in the end it is the one that a newcomer gets.
/// </summary>
public sealed class MarketProperties
{
    private const int Keys = 12;

    private static readonly string Everything = string.Join(',', Enumerable.Range(0, Keys));

    [Fact]
    public void Every_view_is_a_snapshot_and_what_follows_it_and_ends_with_the_latest() => Seeds.CheckSeeds(60, seed => Run(seed, staleAfterMs: 0));

    [Fact]
    public void Every_view_ends_with_the_latest_where_time_makes_values_stale() => Seeds.CheckSeeds(30, seed => Run(seed, staleAfterMs: 400));

    private static void Run(int seed, int staleAfterMs)
    {
        var random = new Random(seed);
        using var gateway = MarketBed.Gateway(
            random.Next(1, 5),
            market => market with { StaleAfterMs = staleAfterMs, TextMaxHz = random.Next(1, 50) },
            tenant => tenant with { Limits = new LimitsConfig { Outbound = new OutboundConfig { MaxBytesPerS = random.Next(2) * 100_000 } } },
            seed);

        // Subscribed to everything from the beginning and never slow: it sees every update.
        var watcher = gateway.Viewer("watcher").Subscribe(Everything, id: $"\"s-{Everything}\"");
        gateway.RunsAtOnce = random.Next(2) == 0;
        var number = 0;
        for (var step = 0; step < 300; step++)
        {
            Act(gateway, watcher, random, ref number);
            switch (random.Next(5))
            {
                case 0:
                    gateway.RunUntilIdle();
                    break;
                case 1:
                    gateway.Advance(random.Next(1, 120), atOnce: random.Next(2) == 0);
                    break;
                case 2:
                    break;
                default:
                    gateway.Node.Shards[random.Next(gateway.Node.Shards.Length)].RunPass();
                    break;
            }

            LedgerProperties.AssertLedgers(gateway);
        }

        Settle(gateway);
        var newcomer = gateway.Viewer("newcomer").Subscribe(Everything, id: $"\"s-{Everything}\"");
        gateway.Advance(1);
        var latest = newcomer.HotFrames.ToDictionary(frame => (frame.Key, frame.Opcode));
        var stale = StaleKeys(newcomer);
        Assert.Equal(gateway.Tenant.Market.Owned.Sum(owner => owner.StaleCount), stale.Count);
        Assert.Equal(latest.Count == 0 ? 0 : latest.Select(value => value.Key.Key).Distinct().Count(), gateway.Tenant.Market.InstrumentCount);
        foreach (var client in gateway.Clients.Where(client => !client.IsClosed && client.Session.Market?.Count > 0))
        {
            AssertEndsWith(client, latest, stale);
        }

        Assert.All(gateway.Clients, AssertOrder);
        AssertComplete(watcher);
        gateway.Clients.Where(client => !client.IsClosed).ToList().ForEach(client => client.Vanish());
        gateway.RunUntilIdle();
        LedgerProperties.AssertLedgers(gateway);
        Assert.All(gateway.Tenant.Market.Subscribed, shard => Assert.Equal((0, 0), (shard.Count, shard.Subscriptions)));
        Assert.Equal(gateway.Tenant.Market.InstrumentCount, gateway.Tenant.Market.Owned.Sum(owner => owner.Count));
        Assert.Equal(0, gateway.Count(counters => counters.Deferred));
        Assert.All(gateway.Node.Shards, shard => Assert.Equal(0, shard.Ticks.Count));
    }

    private static void Act(TestGateway gateway, TestClient watcher, Random random, ref int number)
    {
        var open = gateway.Clients.Where(client => !client.IsClosed && !client.Session.HasEnded && client != watcher).ToArray();
        var feeds = open.Where(client => client.Session.Identity.IsPublisher).ToArray();
        var viewers = open.Except(feeds).ToArray();
        if (feeds.Length == 0 || (feeds.Length < 4 && random.Next(20) == 0))
        {
            gateway.TryConnect(new Identity($"feed{number++}") { Roles = ["publisher"] });
            return;
        }

        if (viewers.Length == 0 || (viewers.Length < 10 && random.Next(8) == 0))
        {
            gateway.Connect($"viewer{number++}");
            return;
        }

        var viewer = viewers[random.Next(viewers.Length)];
        switch (random.Next(24))
        {
            case 0 or 1 or 2 or 3:
                var wanted = SomeKeys(random);
                viewer.Subscribe(wanted, random.Next(4) switch { 0 => $",\"max_hz\":{random.Next(1, 30)}", 1 => ",\"format\":\"json\"", _ => "" }, id: $"\"s{++number}-{wanted}\"");
                break;
            case 4 or 5:
                var unwanted = SomeKeys(random);
                viewer.Unsubscribe(unwanted, id: $"\"u{++number}-{unwanted}\"");
                break;
            case 6:
                viewer.Stall();
                break;
            case 7 or 8:
                viewer.Grant(random.Next(1, 5), random.Next(1, 10_000));
                break;
            case 9:
                viewer.Grant();
                break;
            case 10 when random.Next(3) == 0:
                viewer.Vanish();
                break;
            case 11 when random.Next(6) == 0:
                feeds[random.Next(feeds.Length)].Vanish();
                break;
            case 12:
                gateway.Tenant.Market.Post(Value(random, ++number));
                break;
            default:
                feeds[random.Next(feeds.Length)].SendHot(Value(random, ++number));
                break;
        }
    }

    // One opcode of each kind. Now and then a value is taken away.
    private static HotFrame Value(Random random, int number) => random.Next(3) == 0
        ? MarketBed.Frame((uint)random.Next(Keys), Payload(random, number), opcode: 2, HotFlags.Reliable)
        : MarketBed.Frame((uint)random.Next(Keys), Payload(random, number));

    private static byte[] Payload(Random random, int number) => random.Next(12) == 0 ? [] : Encoding.UTF8.GetBytes($"{number}" + new string(' ', random.Next(40)));

    private static string SomeKeys(Random random) => string.Join(',', Enumerable.Range(0, random.Next(1, 6)).Select(_ => random.Next(Keys)));

    // Everybody reads, and time enough passes for every pace and every byte.
    private static void Settle(TestGateway gateway)
    {
        gateway.RunsAtOnce = true;
        gateway.RunUntilIdle();
        gateway.Clients.Where(client => !client.IsClosed).ToList().ForEach(client => client.Grant());
        for (var i = 0; i < 8; i++)
        {
            gateway.Advance(1_000);
            LedgerProperties.AssertLedgers(gateway);
        }

        Assert.All(Enum.GetValues<DeliveryClass>(), cls => Assert.Equal(0, gateway.Ledger().Queued(cls)));
    }

    private static void AssertEndsWith(TestClient client, Dictionary<(uint Key, byte Opcode), ReceivedHot> latest, HashSet<uint> stale)
    {
        for (var key = 0u; key < Keys; key++)
        {
            if (client.Session.Market!.Find(key) is not { } subscription)
            {
                continue;
            }

            Assert.True(subscription.IsStanding);
            Assert.Equal(stale.Contains(key), subscription.ToldStale);
            foreach (var opcode in (byte[])[1, 2])
            {
                var (seq, value) = subscription.IsText ? LastText(client, key, opcode) : LastHot(client, key, opcode);
                if (latest.TryGetValue((key, opcode), out var expected))
                {
                    Assert.Equal((expected.Seq, Encoding.UTF8.GetString(expected.Payload).Trim()), (seq, value));
                }
                else
                {
                    // What cannot be dropped from a queue may still come after a value is gone.
                    Assert.True(value.Length == 0 || opcode == 2 || subscription.IsText, $"{client.User} still sees {value} of {key}.{opcode}");
                }
            }
        }
    }

    // Of what has come since the subscription was answered last.
    private static (uint Seq, string Value) LastHot(TestClient client, uint key, byte opcode)
    {
        var last = (Seq: 0u, Value: "");
        foreach (var frame in client.Received)
        {
            if (frame.Kind == FrameKind.Binary)
            {
                var hot = frame.ToHot();
                last = hot.Key == key && hot.Opcode == opcode ? (hot.Seq, Encoding.UTF8.GetString(hot.Payload).Trim()) : last;
            }
            else if (frame.Kind == FrameKind.Text && frame.ToEnvelope() is { Name: "sys.ack", Id: { } id } && Asked(id).Contains(key))
            {
                last = default;
                last.Value = "";
            }
        }

        return last;
    }

    // The id of a subscription names its instruments.
    private static IEnumerable<uint> Asked(string id) => id.Trim('"').Split('-')[1].Split(',').Select(uint.Parse);

    private static (uint Seq, string Value) LastText(TestClient client, uint key, byte opcode)
    {
        var item = Items(client).LastOrDefault(item => item.GetProperty("key").GetUInt32() == key && item.GetProperty("op").GetByte() == opcode);
        return item.ValueKind == JsonValueKind.Undefined ? (0, "") : (item.GetProperty("seq").GetUInt32(), item.TryGetProperty("data", out var data) ? data.GetRawText() : "");
    }

    private static IEnumerable<JsonElement> Items(TestClient client) =>
        client.Envelopes.Where(envelope => envelope.Name == "market.update").SelectMany(envelope => envelope.Data.GetProperty("values").EnumerateArray());

    private static void AssertOrder(TestClient client)
    {
        var last = new Dictionary<(uint Key, byte Opcode), uint>();
        var again = new HashSet<(uint Key, byte Opcode)>();
        foreach (var frame in client.Received)
        {
            if (frame.Kind == FrameKind.Text)
            {
                // Whatever was asked for: its values may come once more.
                again.UnionWith(frame.ToEnvelope().Name == "sys.ack" ? last.Keys : []);
                continue;
            }

            var update = frame.ToHot();
            var value = (update.Key, update.Opcode);
            if (last.TryGetValue(value, out var before) && !SequenceNumber.IsNewer(update.Seq, before))
            {
                Assert.True(update.Seq == before && (again.Remove(value) || update.Flags.HasFlag(HotFlags.Reliable)), $"{client.User}: {value} went from {before} to {update.Seq}");
            }

            last[value] = update.Seq;
        }

        var texts = new Dictionary<(uint, byte), uint>();
        foreach (var item in Items(client))
        {
            var value = (item.GetProperty("key").GetUInt32(), item.GetProperty("op").GetByte());
            var seq = item.GetProperty("seq").GetUInt32();
            Assert.True(!texts.TryGetValue(value, out var before) || !SequenceNumber.IsNewer(before, seq));
            texts[value] = seq;
        }
    }

    private static void AssertComplete(TestClient watcher)
    {
        foreach (var updates in watcher.HotFrames.GroupBy(frame => frame.Key))
        {
            var numbers = updates.Select(update => update.Seq).Order().ToArray();
            Assert.Equal(Enumerable.Range(1, numbers.Length).Select(i => (uint)i), numbers);
        }
    }

    private static HashSet<uint> StaleKeys(TestClient client) =>
        [.. client.Envelopes.Single(envelope => envelope.Name == "sys.ack").Data.GetProperty("stale").EnumerateArray().Select(key => key.GetUInt32())];
}
