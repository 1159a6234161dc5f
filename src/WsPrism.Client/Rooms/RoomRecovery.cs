namespace WsPrism.Client.Rooms;

/// <summary>What became of one room in a new session.</summary>
/// <param name="Room">The room's name.</param>
/// <param name="Recovered">Whether nothing was missed: what came meanwhile is replayed. False too where the room has no history.</param>
/// <param name="ErrorCode">Why it could not be joined; null where it was.</param>
public sealed record RoomRecovery(string Room, bool Recovered, string? ErrorCode);
