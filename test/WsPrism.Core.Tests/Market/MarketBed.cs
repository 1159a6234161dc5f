using System.Text;
using WsPrism.Core.Configuration;
using WsPrism.Core.Delivery;
using WsPrism.Core.Sessions;
using WsPrism.Protocol.Hot;
using WsPrism.Testing;

namespace WsPrism.Core.Tests.Market;

/// <summary>A gateway with a market in which nobody needs a room, and the words for what is done there.</summary>
internal static class MarketBed
{
    public const byte Svc = 2;

    public static TestGateway Gateway(int shards = 1, Func<MarketConfig, MarketConfig>? market = null, Func<TenantConfig, TenantConfig>? tenant = null, int? seed = null) => new(
        shards,
        gateway: gateway => gateway with { WriterSendTimeoutMs = 60_000, IdleTimeoutMs = 600_000 },
        seed: seed,
        tenant: config => (tenant ?? (same => same))(config with
        {
            Policy = config.Policy with { HotRequiresActiveRoom = false },
            Market = (market ?? (same => same))(config.Market),
        }));

    public static TestClient Publisher(this TestGateway gateway, string user = "feed")
    {
        var client = gateway.TryConnect(new Identity(user) { Roles = ["viewer", "publisher"] })!;
        client.ReadAll();
        return client;
    }

    public static TestClient Viewer(this TestGateway gateway, string user = "alice")
    {
        var client = gateway.Connect(user);
        client.ReadAll();
        return client;
    }

    public static TestClient Publish(this TestClient publisher, uint key, string value, byte opcode = 1, HotFlags flags = HotFlags.None) =>
        publisher.SendHot(Frame(key, Encoding.UTF8.GetBytes(value), opcode, flags));

    public static HotFrame Frame(uint key, byte[] value, byte opcode = 1, HotFlags flags = HotFlags.None) =>
        new() { SvcId = Svc, Opcode = opcode, Flags = HotFlags.Key | flags, Key = key, Payload = value };

    public static TestClient Subscribe(this TestClient client, string keys, string more = "", string id = "1") =>
        client.Send("market", "subscribe", $"{{\"keys\":[{keys}]{more}}}", id: id);

    public static TestClient Unsubscribe(this TestClient client, string keys, string id = "2") => client.Send("market", "unsubscribe", $"{{\"keys\":[{keys}]}}", id: id);

    /// <summary>What has come, short: acks and errors, values as key.opcode#seq=value, envelopes of the market.</summary>
    public static string[] Story(this TestClient client) => [.. client.ReadAll().Select(Tell)];

    private static string Tell(ReceivedFrame frame)
    {
        if (frame.Kind != FrameKind.Text)
        {
            var hot = frame.ToHot();
            return $"{hot.Key}.{hot.Opcode}#{hot.Seq}={Encoding.UTF8.GetString(hot.Payload)}";
        }

        var envelope = frame.ToEnvelope();
        return envelope.Name == "sys.error" ? $"error {envelope.Id} {envelope.Code}" : $"{envelope.Name} {(envelope.Id is { } id ? id + " " : "")}{(envelope.HasData ? envelope.Data.GetRawText() : "")}".TrimEnd();
    }
}
