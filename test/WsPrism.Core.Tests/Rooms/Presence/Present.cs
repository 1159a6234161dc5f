using System.Text.Json;
using WsPrism.Core.Configuration;
using WsPrism.Testing;

namespace WsPrism.Core.Tests.Rooms.Presence;

/// <summary>What the tests of presence share.</summary>
internal static class Present
{
    public const string Room = "lobby";

    /// <summary>A gateway whose rooms have presence.</summary>
    public static TestGateway Gateway(int shards = 1, int? seed = null, Func<RoomRuleConfig, RoomRuleConfig>? rule = null) =>
        new(shards, tenant => With(tenant, rule), seed: seed);

    public static TenantConfig With(TenantConfig tenant, Func<RoomRuleConfig, RoomRuleConfig>? rule = null) =>
        tenant with { Rooms = [(rule ?? (same => same))(new RoomRuleConfig { Match = "*", Presence = true })] };

    /// <summary>Lets what has happened be told.</summary>
    public static void Settle(this TestGateway gateway) => gateway.Advance(1_000);

    /// <summary>The presence envelopes since the last call of a method that reads, as <c>type users count</c>.</summary>
    public static string[] ReadPresence(this TestClient client) => [.. client.ReadEnvelopes().Where(envelope => envelope.Svc == "presence").Select(Show)];

    public static string Show(ReceivedEnvelope envelope) =>
        $"{envelope.Type} {string.Join(' ', envelope.Data.GetProperty("users").EnumerateArray().Select(Show))} = {envelope.Number("count")}";

    /// <summary>A member as <c>user[handles]state</c>.</summary>
    public static string Show(JsonElement user) =>
        user.GetProperty("user").GetString()
        + (user.TryGetProperty("handles", out var handles) ? handles.GetRawText() : "")
        + (user.TryGetProperty("state", out var state) ? state.GetRawText() : "");

    /// <summary>Who is in the room, as <c>room.members</c> answers.</summary>
    public static string[] Members(this TestClient client, string? data = null)
    {
        client.ReadAll();
        var id = $"{client.Received.Count}";
        client.Send("room", "members", data, Room, id);
        return [.. client.ReadEnvelopes().Single(envelope => envelope.Id == id).Data.GetProperty("members").EnumerateArray().Select(Show)];
    }
}
