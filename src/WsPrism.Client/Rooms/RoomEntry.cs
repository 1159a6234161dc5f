namespace WsPrism.Client.Rooms;

// What is kept of one room. Guarded by the book.
internal sealed class RoomEntry
{
    /// <summary>As the gateway said; null while it is to be joined again.</summary>
    public Room? Room { get; set; }

    /// <summary>When it came in, among the others.</summary>
    public long Order { get; set; }

    public RoomPosition? Position { get; set; }

    /// <summary>Whether this client has joined by itself. Rooms that the gateway put the session in are the gateway's affair.</summary>
    public bool IsWanted { get; set; }

    public double? MaxHz { get; set; }
}
