using System.Text.Json;
using WsPrism.Client.Ext;

namespace WsPrism.Client.Rooms;

// The rooms of the session: handles, histories, and which to join again. The receive loop writes, anybody reads, under the lock.
internal sealed class RoomBook
{
    private readonly object _gate = new();
    private readonly Dictionary<string, RoomEntry> _rooms = new(StringComparer.Ordinal);

    // What joins on their way said they had.
    private readonly Dictionary<string, RoomPosition> _since = new(StringComparer.Ordinal);
    private readonly int _most;
    private long _lastOrder;
    private string? _active;

    public RoomBook(int most) => _most = most;

    /// <summary>The room that frames without one go to, as far as this client has said.</summary>
    public string? Active => Volatile.Read(ref _active);

    public bool TryGetHandle(string name, out uint handle)
    {
        lock (_gate)
        {
            var room = _rooms.TryGetValue(name, out var entry) ? entry.Room : null;
            handle = room?.Handle ?? 0;
            return room is not null;
        }
    }

    public Room? Find(string name)
    {
        lock (_gate)
            return _rooms.TryGetValue(name, out var entry) ? entry.Room : null;
    }

    public RoomPosition? PositionOf(string name)
    {
        lock (_gate)
            return _rooms.TryGetValue(name, out var entry) ? entry.Position : null;
    }

    public Room[] All()
    {
        lock (_gate)
            return [.. _rooms.Values.Select(entry => entry.Room).OfType<Room>()];
    }

    /// <summary>A join is on its way.</summary>
    public void Expect(string name, RoomPosition? since)
    {
        lock (_gate)
        {
            if (since is { } known && (_since.ContainsKey(name) || _since.Count < _most))
                _since[name] = known;
            else
                _since.Remove(name);
        }
    }

    /// <summary><c>sys.joined</c>; false where it makes no sense, or where it is one room too many.</summary>
    public bool TryJoin(string? name, JsonElement data)
    {
        if (name is null || data.NumberOf("handle") is not { } handle || handle > uint.MaxValue)
            return false;

        var (epoch, offset) = (data.TextOf("epoch"), data.NumberOf("offset"));
        bool? recovered = data.Get("recovered").ValueKind is JsonValueKind.True or JsonValueKind.False ? data.IsTrue("recovered") : null;
        RoomPosition? stands = epoch is not null && offset is not null ? new RoomPosition(epoch, offset.Value) : null;
        lock (_gate)
        {
            if (!_rooms.TryGetValue(name, out var entry))
            {
                if (_rooms.Count >= _most)
                    return false;

                _rooms.Add(name, entry = new RoomEntry { Order = ++_lastOrder });
            }

            // What was missed is still to come: until then this client stands where it stood.
            var before = _since.Remove(name, out var since) ? since : entry.Position;
            entry.Position = recovered == true && before is not null ? before : stands;
            entry.Room = new Room(name, (uint)handle, (int)data.NumberOf("members", int.MaxValue), stands, recovered);
            return true;
        }
    }

    /// <summary>This client has joined, and wants to be in after a lost session too.</summary>
    public void Want(string name, bool active, double? maxHz)
    {
        lock (_gate)
        {
            if (_rooms.TryGetValue(name, out var entry))
                (entry.IsWanted, entry.MaxHz) = (true, maxHz);
            if (active)
                _active = name;
        }
    }

    public void Activate(string name)
    {
        lock (_gate)
            _active = name;
    }

    public void Leave(string name)
    {
        lock (_gate)
        {
            _rooms.Remove(name);
            if (_active == name)
                _active = null;
        }
    }

    /// <summary>An envelope has come: the room's history has gone on.</summary>
    public void Saw(string name, ulong offset)
    {
        lock (_gate)
        {
            if (_rooms.TryGetValue(name, out var entry) && entry.Position is { } position && offset > position.Offset)
                entry.Position = position with { Offset = offset };
        }
    }

    /// <summary>The session is lost: the rooms to join again and how. In the order in which they came; the others are forgotten, and all handles.</summary>
    public List<(string Name, JoinOptions Options)> StartOver()
    {
        lock (_gate)
        {
            var again = new List<(string, JoinOptions)>();
            foreach (var (name, entry) in _rooms.OrderBy(room => room.Value.Order).ToArray())
            {
                entry.Room = null;
                if (entry.IsWanted)
                    again.Add((name, new JoinOptions { Active = name == _active, MaxHz = entry.MaxHz, Since = entry.Position }));
                else
                    _rooms.Remove(name);
            }

            if (_active is not null && !_rooms.ContainsKey(_active))
                _active = null;
            return again;
        }
    }
}
