namespace WsPrism.Client.Rooms;

/// <summary>How to join a room.</summary>
public sealed class JoinOptions
{
    /// <summary>Whether it becomes the room that Hot frames and envelopes without a room go to. True.</summary>
    public bool Active { get; init; } = true;

    /// <summary>How often a second one key, or one BATCH, is wanted at most; null for as often as the room gives it.</summary>
    public double? MaxHz { get; init; }

    /// <summary>Whether the answer is to have the first page of the users, as <see cref="Room.Page"/>.</summary>
    public bool Members { get; init; }

    /// <summary>What is known of the room's history: what came after it is replayed, where it can be. The client says this by itself when it comes back to its rooms.</summary>
    public RoomPosition? Since { get; init; }
}
