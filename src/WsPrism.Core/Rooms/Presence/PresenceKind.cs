namespace WsPrism.Core.Rooms.Presence;

/// <summary>What a presence envelope tells of the users in it, in the order in which kinds take turns.</summary>
internal enum PresenceKind : byte
{
    Leave,
    Join,
    Update,
}
