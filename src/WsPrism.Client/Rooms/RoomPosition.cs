namespace WsPrism.Client.Rooms;

/// <summary>A place in a room's history: everything up to it is known.</summary>
/// <param name="Epoch">Names one unbroken history; to be compared and nothing else.</param>
/// <param name="Offset">The last message that is known.</param>
public readonly record struct RoomPosition(string Epoch, ulong Offset);
