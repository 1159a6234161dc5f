using WsPrism.Core.Shards;
using WsPrism.Core.Tenants;
using WsPrism.Protocol.Ext;

namespace WsPrism.Core.Rooms.History;

/// <summary>
/// The histories of a tenant's rooms, by name: they outlive their rooms, within bounds of number and memory. Safe for all threads. Locks are taken in this order:
/// the registry's, this one's, a room's, the writer's.
/// </summary>
#pragma warning disable CA1001 // The timer stops with the last history.
internal sealed class TenantHistory
#pragma warning restore CA1001
{
    // A room that has been quiet for longer than its messages are kept has lost nothing: who comes back within the hour is told so.
    private const long PlaceTtlMs = 3_600_000;

    // What is given back at once when a bound is reached, as a part of it: finding the oldest means looking at all.
    private const int ShareGivenBack = 16;

    private static readonly TimeSpan SweepPeriod = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Lock _shrinking = new();
    private readonly Dictionary<string, RoomHistory> _rooms = [];
    private readonly Tenant _tenant;
    private readonly NodeHistory _node;
    private readonly long _startedAt;
    private ITimer? _sweep;
    private int _occupied;
    private long _messages;
    private long _bytes;
    private long _forgotten;
    private readonly long[] _replays = new long[3];

    public TenantHistory(Tenant tenant, NodeHistory node)
    {
        _tenant = tenant;
        _node = node;
        _startedAt = node.Time.GetTimestamp();
    }

    public string TenantId => _tenant.Id;

    public Shard[] Shards => _node.Shards;

    /// <summary>Where rooms store; null where nothing is open.</summary>
    public HistoryWriter? Writer => _node.Writer;

    /// <summary>Milliseconds since the tenant is there; never goes back.</summary>
    public long NowMs => (long)_node.Time.GetElapsedTime(_startedAt).TotalMilliseconds;

    public long UnixNowMs => _node.Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Messages kept.</summary>
    public long Messages => Interlocked.Read(ref _messages);

    /// <summary>Memory that they take.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Rooms that were forgotten, and messages of others that went, for want of room.</summary>
    public long Forgotten => Interlocked.Read(ref _forgotten);

    /// <summary>Rooms with a history.</summary>
    public int RoomCount
    {
        get
        {
            lock (_gate)
            {
                return _rooms.Count;
            }
        }
    }

    /// <summary>Joins that asked for what they had missed, by what they were given.</summary>
    public long Replays(ReplayOutcome outcome) => Interlocked.Read(ref _replays[(int)outcome]);

    public void Count(ReplayOutcome outcome) => Interlocked.Increment(ref _replays[(int)outcome]);

    /// <summary>
    /// The history that a publish to the room goes through; null where it has none. <paramref name="room"/> is the room if somebody is in it.
    /// </summary>
    public RoomHistory? Find(string name, Room? room)
    {
        if (room is not null)
        {
            return room.History;
        }

        return _tenant.Snapshot.RoomRules.For(name).History.IsOn ? Open(name) : null;
    }

    /// <summary>The same by a name as UTF-8, which has been checked.</summary>
    public RoomHistory? Find(ReadOnlySpan<byte> name, Room? room) =>
        room is not null ? room.History
        : _tenant.Snapshot.RoomRules.HaveHistory ? Find(System.Text.Encoding.UTF8.GetString(name), null)
        : null;

    /// <summary>The history of a room, to read; null where there is none.</summary>
    public RoomHistory? Find(string name)
    {
        lock (_gate)
        {
            return _rooms.GetValueOrDefault(name);
        }
    }

    /// <summary>Publishes to a room with a history, whatever becomes of it meanwhile.</summary>
    public PublishVerdict Publish(RoomHistory history, in OutboundEnvelope envelope, in PublishOptions options)
    {
        while (true)
        {
            var verdict = history.Publish(envelope, options);
            if (verdict != PublishVerdict.Forgotten)
            {
                return verdict;
            }

            history = Open(history.Name);
        }
    }

    /// <summary>A room is there, for its first member: it takes over the history of its name. Under the registry's lock.</summary>
    public void Occupy(Room room)
    {
        if (!room.Rule.History.IsOn && _rooms.Count == 0)
        {
            return;
        }

        lock (_gate)
        {
            if (!_rooms.TryGetValue(room.Name, out var history))
            {
                if (!room.Rule.History.IsOn)
                {
                    return;
                }

                history = Add(room.Name, room.Rule.History);
            }

            history.Occupy(room);
            room.History = history;
            _occupied++;
        }
    }

    /// <summary>A room is gone with its last member. Under the registry's lock.</summary>
    public void Vacate(Room room)
    {
        if (room.History is { } history)
        {
            lock (_gate)
            {
                history.Occupy(null);
                _occupied--;
                KeepToNumber();
            }
        }
    }

    /// <summary>
    /// Rooms have the rules of the snapshot that is in force from now on; <paramref name="rooms"/> are those that somebody is in. Under the registry's lock.
    /// </summary>
    public void Configure(RoomRules rules, IEnumerable<Room> rooms)
    {
        lock (_gate)
        {
            foreach (var history in _rooms.Values)
            {
                history.Configure(rules.For(history.Name).History);
            }
        }

        foreach (var room in rooms)
        {
            if (room.History is null)
            {
                Occupy(room);
            }
        }
    }

    /// <summary>Takes over what was stored; has the rest deleted. Before the first session.</summary>
    public void Restore(StoredRoom stored)
    {
        var rule = _tenant.Snapshot.RoomRules.For(stored.Room).History;
        if (rule is not { IsOn: true, IsStored: true })
        {
            Writer?.Forget(stored.Tenant, stored.Room);
            return;
        }

        lock (_gate)
        {
            Add(stored.Room, rule).Restore(stored);
            KeepToNumber();
        }

        KeepToBounds();
    }

    /// <summary>The tenant is gone, or the process goes: lets go of everything, and with <paramref name="forgetsStored"/> of what is stored too.</summary>
    public void Clear(bool forgetsStored)
    {
        lock (_gate)
        {
            foreach (var history in _rooms.Values)
            {
                history.TryForget(force: true, forgetsStored);
            }

            _rooms.Clear();
            _occupied = 0;
            StopSweep();
        }
    }

    /// <summary>Counts what a history keeps more, or less.</summary>
    public void Count(int messages, long bytes)
    {
        Interlocked.Add(ref _messages, messages);
        Interlocked.Add(ref _bytes, bytes);
    }

    /// <summary>Gives memory back where the histories take too much of it; those published to longest ago give first. Not under a history's lock.</summary>
    public void KeepToBounds()
    {
        var max = _tenant.Snapshot.Config.Limits.MaxHistoryBytes;
        if (Bytes <= max || !_shrinking.TryEnter())
        {
            return;
        }

        try
        {
            var excess = Bytes - max + (max / ShareGivenBack);
            foreach (var history in OldestFirst(static _ => true))
            {
                if (excess <= 0)
                {
                    return;
                }

                var before = Messages;
                excess -= history.Shrink(excess);
                Interlocked.Add(ref _forgotten, Math.Max(0, before - Messages));
            }
        }
        finally
        {
            _shrinking.Exit();
        }
    }

    private RoomHistory Open(string name)
    {
        lock (_gate)
        {
            if (_rooms.TryGetValue(name, out var history))
            {
                return history;
            }

            history = Add(name, _tenant.Snapshot.RoomRules.For(name).History);
            KeepToNumber(history);
            return history;
        }
    }

    private RoomHistory Add(string name, HistoryRule rule)
    {
        var history = new RoomHistory(this, name, rule);
        _rooms.Add(name, history);
        _sweep ??= _node.Time.CreateTimer(static state => ((TenantHistory)state!).Sweep(), this, SweepPeriod, SweepPeriod);
        return history;
    }

    // Rooms that somebody is in are bounded by other limits.
    private void KeepToNumber(RoomHistory? keep = null)
    {
        var max = _tenant.Snapshot.Config.Limits.MaxHistoryRooms;
        var excess = _rooms.Count - _occupied - max;
        if (max == 0 || excess <= 0)
        {
            return;
        }

        excess += max / ShareGivenBack;
        foreach (var history in OldestFirst(history => !history.IsOccupied && history != keep))
        {
            if (excess-- <= 0)
            {
                return;
            }

            if (history.TryForget(force: false, forgetsStored: true))
            {
                _rooms.Remove(history.Name);
                Interlocked.Increment(ref _forgotten);
            }
        }
    }

    private RoomHistory[] OldestFirst(Func<RoomHistory, bool> which)
    {
        lock (_gate)
        {
            // Once: they are published to while they are sorted.
            return [.. _rooms.Values.Where(which).Select(history => (history.PublishedMs, History: history)).OrderBy(entry => entry.PublishedMs).Select(entry => entry.History)];
        }
    }

    private void Sweep()
    {
        lock (_gate)
        {
            List<RoomHistory>? over = null;
            var nowMs = NowMs;
            foreach (var history in _rooms.Values)
            {
                if (history.Sweep(nowMs, PlaceTtlMs))
                {
                    (over ??= []).Add(history);
                }
            }

            foreach (var history in over ?? [])
            {
                if (history.TryForget(force: false, forgetsStored: true))
                {
                    _rooms.Remove(history.Name);
                }
            }

            if (_rooms.Count == 0)
            {
                StopSweep();
            }
        }
    }

    private void StopSweep()
    {
        _sweep?.Dispose();
        _sweep = null;
    }
}
