namespace WsPrism.Client.Rooms;

/// <summary>A room of the session, as the gateway knows it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Handle">Its number in Hot frames.</param>
/// <param name="Members">How many users are in it.</param>
/// <param name="IsActive">Whether it is the active one.</param>
public sealed record ListedRoom(string Name, uint Handle, int Members, bool IsActive);
