using System.Text;

namespace WsPrism.Core.Tickets;

/// <summary>What may stand in a ticket, whoever made it.</summary>
internal static class TicketNames
{
    public const int MaxTicketIdBytes = 128;

    public const int MaxRoles = 64;

    public const int MaxRoleBytes = 64;

    public static bool IsName(string text, int maxBytes) => text.Length > 0 && Encoding.UTF8.GetByteCount(text) <= maxBytes && !text.Any(char.IsControl);

    /// <summary>True for a list of roles, or none.</summary>
    public static bool AreRoles(IReadOnlyList<string>? roles) => roles is null || (roles.Count <= MaxRoles && roles.All(role => IsName(role, MaxRoleBytes)));

    /// <summary>True for a list of rooms, or none.</summary>
    public static bool AreRooms(IReadOnlyList<string>? rooms) => rooms is null || (rooms.Count <= TicketRooms.MaxEntries && rooms.All(IsRoomPattern));

    // As rooms[].match of the configuration: a star is at the end or nowhere.
    private static bool IsRoomPattern(string text) => IsName(text, TicketRooms.MaxBytes) && text.IndexOf('*') is var star && (star < 0 || star == text.Length - 1);
}
