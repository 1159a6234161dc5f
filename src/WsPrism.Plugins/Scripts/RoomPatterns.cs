namespace WsPrism.Plugins.Scripts;

/// <summary>Names of rooms, or prefixes followed by <c>*</c>. Immutable.</summary>
internal sealed class RoomPatterns(IReadOnlyList<string> patterns)
{
    public bool Matches(string room)
    {
        foreach (var pattern in patterns)
        {
            if (pattern.EndsWith('*') ? room.AsSpan().StartsWith(pattern.AsSpan(0, pattern.Length - 1), StringComparison.Ordinal) : room == pattern)
            {
                return true;
            }
        }

        return false;
    }
}
