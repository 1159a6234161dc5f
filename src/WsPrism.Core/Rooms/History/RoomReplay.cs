using WsPrism.Core.Delivery;

namespace WsPrism.Core.Rooms.History;

/// <summary>
/// Where in a room's history a member begins: what came before <see cref="Offset"/> was published before it was a member, what comes after it reaches it live.
/// Whoever holds the value owns one reference of each of <see cref="Messages"/>.
/// </summary>
internal readonly struct RoomReplay
{
    /// <summary>0 where the room keeps nothing.</summary>
    public ulong Epoch { get; init; }

    public ulong Offset { get; init; }

    /// <summary>Whether <see cref="Messages"/> are all that the member has missed; null where it did not say what it has.</summary>
    public bool? IsComplete { get; init; }

    /// <summary>True where all is there, but more than any queue of the tenant's takes.</summary>
    public bool IsTooMuch { get; init; }

    /// <summary>What it has missed, in order.</summary>
    public OutboundFrame[]? Messages { get; init; }

    public bool HasEpoch => Epoch != 0;

    /// <summary>The same for a member that cannot be given what it has missed; gives the messages back.</summary>
    public RoomReplay Without()
    {
        Release();
        return this with { IsComplete = false, Messages = null };
    }

    public void Release()
    {
        foreach (var message in Messages ?? [])
        {
            message.Release();
        }
    }
}
