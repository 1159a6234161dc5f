namespace WsPrism.Services;

/// <summary>A room as a service sees it. Rooms live as long as they have members; do not keep one beyond the call that gave it.</summary>
public interface IRoom
{
    /// <summary>The room's name, unique within the tenant.</summary>
    string Name { get; }

    /// <summary><see cref="Name"/> as UTF-8.</summary>
    ReadOnlySpan<byte> NameUtf8 { get; }

    /// <summary>The room's number in the ROOM field of Hot frames.</summary>
    uint Handle { get; }

    /// <summary>Users in the room; a user with two sessions in it counts once. May be read from any thread.</summary>
    int UserCount { get; }

    /// <summary>True where the room's rule says that frames of this opcode are never conflated or dropped.</summary>
    bool IsReliableOpcode(byte opcode);
}
