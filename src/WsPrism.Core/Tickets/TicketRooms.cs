namespace WsPrism.Core.Tickets;

/// <summary>The rooms that a ticket lists: names, or prefixes followed by <c>*</c>. They are for rooms whose rule has <c>join: ticket</c>. Immutable.</summary>
internal sealed class TicketRooms
{
    /// <summary>Entries of one ticket.</summary>
    public const int MaxEntries = 256;

    /// <summary>Bytes of one entry; as many as a room's name may have.</summary>
    public const int MaxBytes = 128;

    private readonly string[] _names;
    private readonly string[] _prefixes;

    public TicketRooms(IReadOnlyList<string> entries)
    {
        _names = [.. entries.Where(entry => !entry.EndsWith('*'))];
        _prefixes = [.. entries.Where(entry => entry.EndsWith('*')).Select(entry => entry[..^1])];
    }

    public bool Contains(ReadOnlySpan<char> room)
    {
        foreach (var name in _names)
        {
            if (room.SequenceEqual(name))
            {
                return true;
            }
        }

        foreach (var prefix in _prefixes)
        {
            if (room.StartsWith(prefix, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
