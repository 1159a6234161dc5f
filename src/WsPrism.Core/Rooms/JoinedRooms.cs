namespace WsPrism.Core.Rooms;

/// <summary>
/// The rooms that one session is in. Most are in a few, which are searched in a line; from <see cref="IndexFrom"/> on there is an index. Owned by the
/// session's shard.
/// </summary>
internal sealed class JoinedRooms
{
    private const int IndexFrom = 16;

    private readonly List<Membership> _memberships = new(1);
    private Dictionary<uint, Membership>? _byHandle;
    private Dictionary<string, Membership>? _byName;

    public int Count => _memberships.Count;

    public Membership this[int index] => _memberships[index];

    public List<Membership>.Enumerator GetEnumerator() => _memberships.GetEnumerator();

    public Membership? Last => _memberships.Count > 0 ? _memberships[^1] : null;

    public Membership? Find(uint handle)
    {
        if (_byHandle is not null)
        {
            return _byHandle.GetValueOrDefault(handle);
        }

        foreach (var membership in _memberships)
        {
            if (membership.Room.Handle == handle)
            {
                return membership;
            }
        }

        return null;
    }

    public Membership? Find(ReadOnlySpan<byte> name)
    {
        if (_byName is not null)
        {
            // 128 bytes of UTF-8 are at most 128 UTF-16 code units.
            Span<char> chars = stackalloc char[128];
            return name.Length <= 128 && System.Text.Encoding.UTF8.TryGetChars(name, chars, out var written)
                && _byName.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(chars[..written], out var found)
                ? found
                : null;
        }

        foreach (var membership in _memberships)
        {
            if (name.SequenceEqual(membership.Room.NameUtf8))
            {
                return membership;
            }
        }

        return null;
    }

    public void Add(Membership membership)
    {
        _memberships.Add(membership);
        if (_byHandle is not null)
        {
            _byHandle.Add(membership.Room.Handle, membership);
            _byName!.Add(membership.Room.Name, membership);
        }
        else if (_memberships.Count == IndexFrom)
        {
            _byHandle = _memberships.ToDictionary(entry => entry.Room.Handle);
            _byName = _memberships.ToDictionary(entry => entry.Room.Name);
        }
    }

    public void Remove(Membership membership)
    {
        _memberships.Remove(membership);
        _byHandle?.Remove(membership.Room.Handle);
        _byName?.Remove(membership.Room.Name);
    }
}
