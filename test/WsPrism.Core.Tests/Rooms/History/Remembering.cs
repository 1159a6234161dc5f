using System.Text;
using WsPrism.Core.Configuration;
using WsPrism.Core.Rooms.History;
using WsPrism.Core.ServerApi;
using WsPrism.Testing;

namespace WsPrism.Core.Tests.Rooms.History;

/// <summary>A gateway whose rooms <c>r*</c> have a history, and what tests of it look at.</summary>
internal static class Remembering
{
    public static TestGateway Gateway(int size = 10, int ttlMs = 60_000, int shards = 1, int? seed = null, LimitsConfig? limits = null, PolicyConfig? policy = null) => new(
        shards,
        tenant => tenant with
        {
            Limits = limits ?? tenant.Limits,
            Policy = policy ?? tenant.Policy,
            Rooms = [new RoomRuleConfig { Match = "r*", History = new RoomHistoryConfig { Size = size, TtlMs = ttlMs } }],
        },
        seed: seed);

    public static TenantConfig WithHistory(this TenantConfig tenant, int size, int ttlMs = 60_000) =>
        tenant with { Rooms = [new RoomRuleConfig { Match = "r*", History = new RoomHistoryConfig { Size = size, TtlMs = ttlMs } }] };

    public static TestClient Say(this TestClient client, string text, string room = "r") => client.Send("chat", "send", $"{{\"msg\":\"{text}\"}}", room);

    public static TestClient JoinSince(this TestClient client, string epoch, ulong offset, string room = "r") =>
        client.Send("room", "join", $"{{\"since\":{{\"epoch\":\"{epoch}\",\"offset\":{offset}}}}}", room);

    /// <summary>What <c>sys.joined</c> said: the envelopes that have come until now are passed over.</summary>
    public static (string? Epoch, long Offset, bool? Recovered, IReadOnlyList<ReceivedEnvelope> After) Joined(this TestClient client)
    {
        var envelopes = client.ReadEnvelopes().ToList();
        var at = envelopes.FindLastIndex(envelope => envelope.Name == "sys.joined");
        var data = envelopes[at].Data;
        return (
            data.TryGetProperty("epoch", out var epoch) ? epoch.GetString() : null,
            data.TryGetProperty("offset", out var offset) ? offset.GetInt64() : -1,
            data.TryGetProperty("recovered", out var recovered) ? recovered.GetBoolean() : null,
            [.. envelopes.Skip(at + 1)]);
    }

    /// <summary>Offset and text of the messages.</summary>
    public static string Shown(this IEnumerable<ReceivedEnvelope> envelopes) =>
        string.Join(' ', envelopes.Where(envelope => envelope.Svc != "sys").Select(envelope => $"{envelope.Offset}:{(envelope.HasData && envelope.Data.TryGetProperty("msg", out var text) ? text.GetString() : envelope.Type)}"));

    public static string ReadShown(this TestClient client) => client.ReadEnvelopes().Shown();

    /// <summary>The epoch of a room, as a newcomer is told it.</summary>
    public static string EpochOf(this TestGateway gateway, string room = "r")
    {
        var client = gateway.Connect("asker").Join(room);
        var epoch = client.Joined().Epoch!;
        client.Leave(room);
        return epoch;
    }

    public static Task<Published> PublishAsync(this TestGateway gateway, string text, string room = "r", IReadOnlySet<string>? exclude = null)
    {
        var published = gateway.PostAsync(text, room, exclude);
        gateway.RunUntilIdle();
        return published;
    }

    /// <summary>Publishes as the backend does, on the caller's thread; the shards have it to deliver.</summary>
    public static Task<Published> PostAsync(this TestGateway gateway, string text, string room = "r", IReadOnlySet<string>? exclude = null) =>
        new ServerPublisher(gateway.Node.Shards).PublishAsync(
            gateway.Tenant,
            new PublishTarget(PublishTargetKind.Room, room),
            new ServerMessage { Svc = "news"u8.ToArray(), Type = "flash"u8.ToArray(), Data = Encoding.UTF8.GetBytes($"{{\"msg\":\"{text}\"}}"), Exclude = exclude });
}
