namespace WsPrism.Client.Rooms;

/// <summary>A room as it stands when the answer to a join comes. Immutable.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Handle">Its number in Hot frames. Another session may have another one: sending goes by name.</param>
/// <param name="Members">How many users are in it.</param>
/// <param name="Position">Where its history stands for this client; null where it has none.</param>
/// <param name="Recovered">Where the join said what is known: whether all that was missed follows. Otherwise null.</param>
public sealed record Room(string Name, uint Handle, int Members, RoomPosition? Position, bool? Recovered)
{
    /// <summary>The first page of the users, where the join asked for it.</summary>
    public MemberPage? Page { get; init; }
}
