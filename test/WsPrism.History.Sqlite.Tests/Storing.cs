using System.Text;
using WsPrism.Core.Configuration;
using WsPrism.Core.Dispatch;
using WsPrism.Core.Rooms.History;
using WsPrism.Core.ServerApi;
using WsPrism.Testing;

namespace WsPrism.History.Sqlite.Tests;

/// <summary>Gateways, one after the other, on one file; their rooms <c>r*</c> are stored.</summary>
internal sealed class Storing : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("wsprism-").FullName;

    public string FilePath => System.IO.Path.Combine(_folder, "history.db");

    public static TenantConfig Ruled(TenantConfig tenant, int size = 100, int ttlMs = 60_000, HistoryStoreKind store = HistoryStoreKind.Sqlite) => tenant with
    {
        Limits = tenant.Limits with { Outbound = new OutboundConfig { ExtMessages = 1_000_000, ExtBytes = 1_000_000_000 } },
        Rooms = [new RoomRuleConfig { Match = "r*", History = new RoomHistoryConfig { Size = size, TtlMs = ttlMs, Store = store } }],
    };

    public TestGateway Start(
        int shards = 1,
        Func<TenantConfig, TenantConfig>? rule = null,
        Func<IHistoryStore, IHistoryStore>? store = null,
        int? seed = null,
        ITenantServiceFactory? services = null)
    {
        var gateway = new TestGateway(shards, rule ?? (tenant => Ruled(tenant)), seed: seed, backends: services is null ? null : (_, _) => services);
        var sqlite = SqliteHistoryStore.Open(FilePath);
        HistoryTakeOver.Begin(gateway.Node, store?.Invoke(sqlite) ?? sqlite, gateway.Log.CreateLogger("history"));
        return gateway;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}

/// <summary>What tests of stored histories do and look at.</summary>
internal static class StoringExtensions
{
    /// <summary>Runs the shards until nothing waits to be stored or said.</summary>
    public static void Settle(this TestGateway gateway)
    {
        var patience = System.Diagnostics.Stopwatch.StartNew();
        gateway.RunUntilIdle();
        while (gateway.Node.History.Writer!.Waiting > 0)
        {
            Assert.True(patience.Elapsed < TimeSpan.FromSeconds(60), "It is never stored.");
            Thread.Yield();
            gateway.RunUntilIdle();
        }

        gateway.RunUntilIdle();
    }

    public static TestClient Say(this TestClient client, string text, string? id = null) => client.Send("chat", "send", $"{{\"msg\":\"{text}\"}}", "r", id);

    public static TestClient JoinSince(this TestClient client, string epoch, ulong offset) =>
        client.Send("room", "join", $"{{\"since\":{{\"epoch\":\"{epoch}\",\"offset\":{offset}}}}}", "r");

    /// <summary>Offset and recovered of the last <c>sys.joined</c>, and what came behind it.</summary>
    public static string Joined(this TestClient client)
    {
        var envelopes = client.ReadEnvelopes().ToList();
        var at = envelopes.FindLastIndex(envelope => envelope.Name == "sys.joined");
        var recovered = envelopes[at].Data.TryGetProperty("recovered", out var value) ? $" {value.GetBoolean()}" : "";
        return $"{envelopes[at].Number("offset")}{recovered}: {envelopes.Skip(at + 1).Shown()}".TrimEnd();
    }

    public static string EpochOf(this TestGateway gateway)
    {
        var client = gateway.Connect("asker").Join("r");
        var epoch = client.Envelopes.Last(envelope => envelope.Name == "sys.joined").String("epoch");
        client.Leave("r");
        return epoch;
    }

    public static string Shown(this IEnumerable<ReceivedEnvelope> envelopes) =>
        string.Join(' ', envelopes.Where(envelope => envelope.Svc != "sys").Select(envelope => $"{envelope.Offset}:{(envelope.HasData && envelope.Data.TryGetProperty("msg", out var text) ? text.GetString() : envelope.Type)}"));

    public static string ReadShown(this TestClient client) => client.ReadEnvelopes().Shown();

    public static Task<Published> PostAsync(this TestGateway gateway, string text, string room = "r") => new ServerPublisher(gateway.Node.Shards).PublishAsync(
        gateway.Tenant,
        new PublishTarget(PublishTargetKind.Room, room),
        new ServerMessage { Svc = "news"u8.ToArray(), Type = "flash"u8.ToArray(), Data = Encoding.UTF8.GetBytes($"{{\"msg\":\"{text}\"}}") });
}
