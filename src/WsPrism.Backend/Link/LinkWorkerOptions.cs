namespace WsPrism.Backend.Link;

/// <summary>What a worker asked for when it came, and what the gateway's configuration says about its connection.</summary>
internal sealed record LinkWorkerOptions
{
    /// <summary>Chooses its rooms: a worker that comes back under its name gets the same ones, at every gateway.</summary>
    public required string Name { get; init; }

    public required IReadOnlyList<LinkService> Services { get; init; }

    /// <summary>Rooms whose members it wants to hear of: names, or prefixes followed by <c>*</c>.</summary>
    public IReadOnlyList<string> Rooms { get; init; } = [];

    public required int PingIntervalMs { get; init; }

    public required int IdleTimeoutMs { get; init; }

    public required int WriterSendTimeoutMs { get; init; }

    /// <summary>The longest message from it.</summary>
    public required int MaxMessageBytes { get; init; }

    public bool Watches(string room)
    {
        foreach (var pattern in Rooms)
        {
            if (pattern.EndsWith('*') ? room.AsSpan().StartsWith(pattern.AsSpan(0, pattern.Length - 1), StringComparison.Ordinal) : room == pattern)
            {
                return true;
            }
        }

        return false;
    }
}
