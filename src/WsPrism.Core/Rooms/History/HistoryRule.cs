namespace WsPrism.Core.Rooms.History;

/// <summary>What a rule says of a room's history.</summary>
/// <param name="Size">Messages kept; 0 for none.</param>
/// <param name="TtlMs">How long one is kept.</param>
/// <param name="IsStored">True where they are stored too, so that they outlive the process.</param>
internal readonly record struct HistoryRule(int Size, int TtlMs, bool IsStored)
{
    /// <summary>True where the room keeps messages.</summary>
    public bool IsOn => Size > 0;
}
