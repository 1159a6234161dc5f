using System.Text;
using WsPrism.Core.Rooms.History;
using WsPrism.Core.Rooms.Presence;
using WsPrism.Core.Tenants;
using WsPrism.Services;

namespace WsPrism.Core.Rooms;

/// <summary>
/// A room of a tenant. Who is in it is kept twice, each where it is needed: sessions by shard in <see cref="Slices"/>, which that shard owns, and users in
/// <see cref="Users"/>, which the tenant's registry owns under its lock.
/// </summary>
internal sealed class Room : IRoom
{
    private readonly byte[] _nameUtf8;
    private RoomRule _rule;
    private RoomPresence? _presence;
    private RoomHistory? _history;
    private int _userCount;

    public Room(string name, uint handle, RoomRule rule, int shards)
    {
        Name = name;
        _nameUtf8 = Encoding.UTF8.GetBytes(name);
        NameHash = StableHash.Of(_nameUtf8);
        Handle = handle;
        _rule = rule;
        Slices = new RoomSlice[shards];
        for (var i = 0; i < shards; i++)
        {
            Slices[i] = new RoomSlice(this);
        }
    }

    public string Name { get; }

    public ReadOnlySpan<byte> NameUtf8 => _nameUtf8;

    /// <summary>A hash of the name, the same on every node.</summary>
    public ulong NameHash { get; }

    public uint Handle { get; }

    /// <summary>The rule of its name. A reload changes it, between two frames of whoever publishes or receives.</summary>
    public RoomRule Rule
    {
        get => Volatile.Read(ref _rule);
        set => Volatile.Write(ref _rule, value);
    }

    /// <summary>
    /// What its envelopes go through where its rule has a history, or had one since the room is there: what waits in mailboxes must not be overtaken. Null otherwise. Set
    /// under the registry's lock.
    /// </summary>
    public RoomHistory? History
    {
        get => Volatile.Read(ref _history);
        set => Volatile.Write(ref _history, value);
    }

    /// <summary>Numbers its lossy states.</summary>
    public RoomOrder Order { get; } = new();

    /// <summary>The member list, a part for each shard.</summary>
    public RoomSlice[] Slices { get; }

    /// <summary>Users in the room with the sessions they have in it. Guarded by the registry's lock.</summary>
    public Dictionary<UserEntry, RoomMember> Users { get; } = [];

    /// <summary>The same in the order in which they came. Guarded by the registry's lock.</summary>
    public MemberList Members { get; } = new();

    /// <summary>Tells the members of each other; null where the rule does not want that. Changed under the registry's lock.</summary>
    public RoomPresence? Presence
    {
        get => Volatile.Read(ref _presence);
        set => Volatile.Write(ref _presence, value);
    }

    /// <summary>Set by the registry under its lock, whenever <see cref="Users"/> changes.</summary>
    public int UserCount
    {
        get => Volatile.Read(ref _userCount);
        set => Volatile.Write(ref _userCount, value);
    }

    /// <summary>Sessions in the room, over all shards; exact only while nobody joins or leaves.</summary>
    public int SessionCount
    {
        get
        {
            var count = 0;
            foreach (var slice in Slices)
            {
                count += slice.Count;
            }

            return count;
        }
    }

    public bool IsReliableOpcode(byte opcode) => Rule.IsReliable(opcode);
}
