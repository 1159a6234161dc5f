namespace WsPrism.Plugins.Scripts;

/// <summary>What clients are told; the reason is in the log.</summary>
internal static class ScriptTexts
{
    public const string Unavailable = "The service is not available now; try again later.";
    public const string Failed = "The service failed.";
    public const string NotInRoom = "The room is gone.";
    public const string LimitReached = "A limit of the tenant kept the session out of a room.";
}
