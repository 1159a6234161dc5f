using System.Text.Json;
using WsPrism.Core.Configuration;
using WsPrism.Testing;

namespace WsPrism.Core.Tests.Parties;

/// <summary>What the tests of parties share.</summary>
internal static class Partying
{
    // Both whole turns of the timing wheel: who moves the clock by such turns too sees them end on time.
    public const int InviteTtlMs = 10_000;
    public const int ReadyMs = 4_992;

    public static TestGateway Gateway(int shards = 2, int? seed = null, Func<PartyConfig, PartyConfig>? party = null, Func<TenantConfig, TenantConfig>? tenant = null) =>
        new(
            shards,
            config => (tenant ?? (same => same))(config with
            {
                Party = (party ?? (same => same))(new PartyConfig { MaxSize = 3, MaxInvites = 3, MaxInvitesPerUser = 2, InviteTtlMs = InviteTtlMs, ReadyMs = ReadyMs }),
            }),
            seed: seed);

    /// <summary>Sends <c>party.TYPE</c> and answers <c>ack</c> or the code of the error; what else came is still to be read.</summary>
    public static string Party(this TestClient client, string type, string? data = null)
    {
        var id = $"\"{Guid.NewGuid():N}\"";
        client.Send("party", type, data, id: id);
        var answer = client.Envelopes.Single(envelope => envelope.Id == id);
        return answer.Type == "ack" ? "ack" : answer.Code;
    }

    public static string Invite(this TestClient client, string user) => client.Party("invite", $$"""{"user":"{{user}}"}""");

    public static string Kick(this TestClient client, string user) => client.Party("kick", $$"""{"user":"{{user}}"}""");

    public static string Promote(this TestClient client, string user) => client.Party("promote", $$"""{"user":"{{user}}"}""");

    public static string Ready(this TestClient client, bool isReady = true) => client.Party("ready", isReady ? null : """{"ready":false}""");

    /// <summary>Accepts the invitation that came last.</summary>
    public static string Accept(this TestClient client) => client.Party("accept", $$"""{"party":"{{client.InvitedTo()}}"}""");

    /// <summary>Declines the invitation that came last.</summary>
    public static string Decline(this TestClient client) => client.Party("decline", $$"""{"party":"{{client.InvitedTo()}}"}""");

    /// <summary>The party of the last invitation.</summary>
    public static string InvitedTo(this TestClient client) => client.Envelopes.Last(envelope => envelope.Name == "party.invited").String("party");

    /// <summary>A party of these users, the first leads; all is read.</summary>
    public static TestClient[] Together(this TestGateway gateway, params string[] users)
    {
        var clients = users.Select(user => gateway.Connect(user)).ToArray();
        clients[0].Party("create");
        foreach (var client in clients.Skip(1))
        {
            clients[0].Invite(client.User);
            client.Accept();
        }

        Array.ForEach(clients, client => client.ReadAll());
        return clients;
    }

    /// <summary>The party events since the last call of a method that reads.</summary>
    public static string[] ReadParty(this TestClient client) => [.. client.ReadEnvelopes().Where(envelope => envelope.Svc == "party").Select(Show)];

    /// <summary>How the party stands by the last update: <c>a* b+ c- ?d running</c>, the leader with a star, who is ready with a plus, the invited with a question mark.</summary>
    public static string State(this TestClient client)
    {
        var events = client.Envelopes.Where(envelope => envelope.Name is "party.update" or "party.closed").Reverse().ToArray();
        var update = Array.FindIndex(events, one => one.Type == "update");
        return update < 0 || events.Take(update).Any(closed => closed.String("party") == events[update].String("party")) ? "none" : Show(events[update]);
    }

    public static string Show(ReceivedEnvelope envelope) => envelope.Type switch
    {
        "update" => Show(envelope.Data),
        "closed" => $"closed {envelope.String("reason")}",
        _ => $"{envelope.Type} by {envelope.String("from")}",
    };

    private static string Show(JsonElement data)
    {
        var leader = data.GetProperty("leader").GetString();
        var members = data.GetProperty("members").EnumerateArray().Select(member =>
        {
            var user = member.GetProperty("user").GetString();
            return user + (user == leader ? "*" : "") + (member.TryGetProperty("ready", out var ready) ? ready.GetBoolean() ? "+" : "-" : "");
        });
        var invited = data.GetProperty("invited").EnumerateArray().Select(user => "?" + user.GetString());
        var check = data.TryGetProperty("ready_check", out var value) ? new[] { value.GetProperty("state").GetString() } : [];
        return string.Join(' ', [.. members, .. invited, .. check]);
    }
}
