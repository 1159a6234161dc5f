using System.Collections.Concurrent;
using WsPrism.Plugins.Scripts.Lua;

namespace WsPrism.Plugins.Scripts;

/// <summary>
/// One Lua state with the rooms that are in it, and the line of what is to be done there: on the thread pool, one after the other, in the order in which it came.
/// Adding is safe for all threads; state and rooms belong to whoever runs the line.
/// </summary>
/// <remarks>It is not <c>CallLines</c>: two rooms of one state must not run at once, and who leaves a room must be heard of however long the line is.</remarks>
internal sealed class ScriptLane(ScriptRooms rooms) : IThreadPoolWorkItem
{
    // So many in one go, then others of the thread pool have a turn.
    private const int Burst = 64;
    private const int MaxStateBytes = 1_048_576;

    private readonly Lock _gate = new();
    private readonly Queue<ScriptWork> _work = new();
    private readonly ConcurrentDictionary<string, ScriptRoom> _known = new(StringComparer.Ordinal);
    private bool _isRunning;
    private bool _hasLostEnd;
    private LuaState? _lua;
    private int _isTicking;

    public ScriptRooms Rooms => rooms;

    /// <summary>What waits.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _work.Count;
            }
        }
    }

    /// <summary>The rooms that have run something; of this moment where another thread asks.</summary>
    public ICollection<ScriptRoom> Known => _known.Values;

    /// <summary>Whether the script has run for this room; of this moment.</summary>
    public bool Knows(string room) => _known.ContainsKey(room);

    /// <summary>Whether the end of a room was not told, because the line was too long; until the line is empty.</summary>
    public bool HasLostEnd
    {
        get
        {
            lock (_gate)
            {
                return _hasLostEnd;
            }
        }
    }

    /// <summary>The end of a room cannot be told: who finds it gone must not wait for that.</summary>
    public void LoseEnd()
    {
        lock (_gate)
        {
            _hasLostEnd = _isRunning;
        }
    }

    public void Add(ScriptWork work)
    {
        lock (_gate)
        {
            _work.Enqueue(work);
            if (_isRunning)
            {
                return;
            }

            _isRunning = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    public void Execute()
    {
        for (var i = 0; i < Burst; i++)
        {
            ScriptWork? work;
            lock (_gate)
            {
                if (!_work.TryDequeue(out work))
                {
                    _isRunning = false;
                    _hasLostEnd = false;
                    return;
                }
            }

            try
            {
                work.Run(this);
            }
            catch (Exception exception)
            {
                rooms.Failed(exception);
            }
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Begins a round of ticks; false where the last one is not through.</summary>
    public bool TryBeginTick() => Interlocked.Exchange(ref _isTicking, 1) == 0;

    public void EndTick() => Volatile.Write(ref _isTicking, 0);

    /// <summary>Calls a function of the script in the state of a room; null where that went well. Line's thread only.</summary>
    public ScriptError? Call(ScriptRoom room, ScriptPlugin plugin, ReadOnlySpan<byte> function, ScriptCall call)
    {
        try
        {
            var lua = StateOf(plugin);
            return Open(lua, room) ?? lua.CallFunction(room.Lua!.Value, function, call);
        }
        catch (ScriptException exception)
        {
            return new ScriptError(exception.Message, IsLimit: false);
        }
    }

    /// <summary>The room of this name, which is known from now on.</summary>
    public ScriptRoom RoomOf(string name) => _known.GetOrAdd(name, static name => new ScriptRoom(name));

    /// <summary>The room of this name; null where nothing has run for it.</summary>
    public ScriptRoom? Find(string name) => _known.GetValueOrDefault(name);

    /// <summary>Forgets a room and its state.</summary>
    public void Drop(ScriptRoom room)
    {
        _known.TryRemove(room.Name, out _);
        if (room.Lua is { } lua)
        {
            room.Lua = null;
            _lua!.Drop(lua);
        }
    }

    /// <summary>Moves the rooms to another version of the script: what of their states can be JSON goes with them.</summary>
    public void MoveTo(ScriptPlugin plugin)
    {
        if (_lua is null || _lua.Program == plugin.Program)
        {
            return;
        }

        // What a table holds twice is one in Lua and two in JSON: all of it together may be as much as the script may hold.
        var left = _lua.Program.MemoryBytes - _known.Values.Sum(room => room.Kept?.LongLength ?? 0);
        foreach (var room in _known.Values)
        {
            if (room.Lua is { } lua)
            {
                room.Kept = _lua.ExportState(lua, (int)Math.Clamp(left, 0, MaxStateBytes));
                room.Lua = null;
                left -= room.Kept?.Length ?? 0;
                if (room.Kept is null)
                {
                    rooms.StateLost(room.Name);
                }
            }
        }

        _lua.Dispose();
        _lua = null;
    }

    /// <summary>Forgets all.</summary>
    public void Close()
    {
        _known.Clear();
        _lua?.Dispose();
        _lua = null;
    }

    private LuaState StateOf(ScriptPlugin plugin)
    {
        MoveTo(plugin);
        return _lua ??= new LuaState(plugin.Program);
    }

    // The script's own text runs before the first of its functions.
    private ScriptError? Open(LuaState lua, ScriptRoom room)
    {
        if (room.Lua is not null)
        {
            return null;
        }

        var made = lua.CreateRoom();
        if (lua.RunChunk(made) is { } error)
        {
            lua.Drop(made);
            return error;
        }

        if (room.Kept is { } kept && !lua.ImportState(made, kept))
        {
            rooms.StateLost(room.Name);
        }

        room.Kept = null;
        room.Lua = made;
        return null;
    }
}
