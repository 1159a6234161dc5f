using System.Text.Json.Nodes;

namespace WsPrism.Client.Tests.Scenarios;

/// <summary>Options of a client as scenarios have them. One that is not known fails.</summary>
internal static class OptionReader
{
    private static readonly string[] Known =
    [
        "ticket", "tickets", "tenant", "handshake_timeout_ms", "request_timeout_ms", "reconnect.base_ms", "reconnect.max_ms", "reconnect.stable_ms", "ping.interval_ms",
        "ping.timeout_ms", "limits.requests", "limits.buffered_bytes", "limits.receive_bytes", "limits.tracked_keys", "limits.conflated_keys", "limits.rooms",
        "limits.members",
    ];

    public static (ClientOptions Options, int ConflatedKeys) Read(string url, JsonObject options, TimeProvider time)
    {
        var given = Flatten(options).ToDictionary();
        Assert.All(given.Keys, name => Assert.Contains(name, Known));
        int? Number(string name) => (int?)given.GetValueOrDefault(name);
        TimeSpan Ms(string name, int usual) => TimeSpan.FromMilliseconds(Number(name) ?? usual);

        var tenant = (string?)given.GetValueOrDefault("tenant") ?? "demo";
        var common = given.TryGetValue("tickets", out var tickets)
            ? new ClientOptions(url, tenant, Tickets(tickets!.AsArray()))
            : new ClientOptions(url, tenant, (string?)given.GetValueOrDefault("ticket") ?? "alice");
        return (new ClientOptions(common)
        {
            ReconnectDelay = Ms("reconnect.base_ms", 1),
            MaxReconnectDelay = Ms("reconnect.max_ms", 20),
            StableAfter = Ms("reconnect.stable_ms", 10_000),
            ConnectTimeout = Ms("handshake_timeout_ms", 15_000),
            RequestTimeout = Ms("request_timeout_ms", 15_000),
            PingInterval = Ms("ping.interval_ms", 0),
            PingTimeout = Ms("ping.timeout_ms", 10_000),
            MaxPendingRequests = Number("limits.requests") ?? 256,
            SendQueueBytes = Number("limits.buffered_bytes") ?? 1 << 20,
            MaxMessageBytes = Number("limits.receive_bytes") ?? 16 << 20,
            MaxHotKeys = Number("limits.tracked_keys") ?? 16_384,
            MaxRooms = Number("limits.rooms") ?? 4_096,
            MaxMembers = Number("limits.members") ?? 10_000,
            Time = time,
        }, Number("limits.conflated_keys") ?? 1_024);
    }

    private static Func<CancellationToken, ValueTask<string>> Tickets(JsonArray tickets)
    {
        var next = 0;
        return _ => new ValueTask<string>((string?)tickets[Math.Min(next++, tickets.Count - 1)] ?? throw new InvalidOperationException("no ticket"));
    }

    private static IEnumerable<(string, JsonNode?)> Flatten(JsonObject options) =>
        options.SelectMany(option => option.Value is JsonObject inner ? Flatten(inner).Select(below => ($"{option.Key}.{below.Item1}", below.Item2)) : [(option.Key, option.Value)]);
}
