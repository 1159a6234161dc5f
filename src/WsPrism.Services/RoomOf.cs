namespace WsPrism.Services;

/// <summary>Which room a message is about.</summary>
internal static class RoomOf
{
    /// <summary>What to say where there is none.</summary>
    public const string NotIn = "The session is not in that room.";

    /// <summary>The room that the message names if the sender is in it, without a name the sender's active room; null where there is neither.</summary>
    public static IRoom? Message(in ExtMessage message, IExtContext context) =>
        message.HasRoom ? context.FindRoom(message.Room) : context.ActiveRoom;
}
