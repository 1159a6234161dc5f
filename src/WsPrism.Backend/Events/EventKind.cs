namespace WsPrism.Backend.Events;

/// <summary>What a backend can be told of.</summary>
internal enum EventKind : byte
{
    Disconnect,
    RoomJoined,
    RoomLeft,
    RoomOccupied,
    RoomVacated,
}

/// <summary>Names of <see cref="EventKind"/>.</summary>
internal static class EventKinds
{
    /// <summary>Names by value, as in the configuration, in requests and in metrics.</summary>
    public static readonly string[] Names = ["disconnect", "room_joined", "room_left", "room_occupied", "room_vacated"];

    public static string Name(this EventKind kind) => Names[(int)kind];
}
