using Microsoft.Extensions.Logging;
using WsPrism.Core;
using WsPrism.Core.Answers;
using WsPrism.Core.Configuration;
using WsPrism.Core.Dispatch;
using WsPrism.Core.Rooms;
using WsPrism.Core.Rooms.Presence;
using WsPrism.Core.ServerApi;
using WsPrism.Core.Sessions;
using WsPrism.Core.Tenants;

namespace WsPrism.Plugins.Scripts;

/// <summary>
/// The rooms of one script service, in a few lanes: what happens in them is heard here and done there. Lives from the first version of the script to the last. Safe
/// for all threads.
/// </summary>
internal sealed partial class ScriptRooms : IMembershipWatcher, IScriptHost
{
    /// <summary>The most Lua states that one script has.</summary>
    public const int MaxLanes = 4;

    /// <summary>Joins and leaves that may wait in a lane; what is beyond is not told, but for the end of a room.</summary>
    public const int MaxNotices = 65_536;

    /// <summary>Lines that the script may log in a second, in all rooms.</summary>
    public const int MaxLinesPerSecond = 100;

    /// <summary>Lines about its failures in a second; all are counted.</summary>
    public const int MaxFailuresPerSecond = 10;

    private readonly GatewayNode _node;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ScriptLane[] _lanes;
    private readonly byte[] _nameUtf8;
    private readonly string _name;
    private readonly Lock _gate = new();
    private volatile ScriptPlugin? _current;
    private ITimer? _timer;
    private LineBudget _words = new(MaxLinesPerSecond);
    private LineBudget _failures = new(MaxFailuresPerSecond);
    private int _isOverrun;
    private int _messages;
    private long _messageBytes;

    public ScriptRooms(Tenant owner, GatewayNode node, ExtServiceConfig config, TimeProvider time, ILogger logger)
    {
        Owner = owner;
        _node = node;
        _time = time;
        _logger = logger;
        _name = config.Name;
        _nameUtf8 = System.Text.Encoding.UTF8.GetBytes(config.Name);
        _lanes = new ScriptLane[Math.Min(Math.Min(MaxLanes, Environment.ProcessorCount), config.MaxInFlight)];
        for (var i = 0; i < _lanes.Length; i++)
        {
            _lanes[i] = new ScriptLane(this);
        }
    }

    public Tenant Owner { get; }

    /// <summary>The version of the script that runs now; null where there is none any more.</summary>
    public ScriptPlugin? Current => _current;

    public ServerPublisher Publisher => new(_node.Shards);

    public long NowMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Messages that wait in all lanes.</summary>
    public int Waiting => Volatile.Read(ref _messages);

    /// <summary>From here on this version runs.</summary>
    public void Use(ScriptPlugin plugin)
    {
        lock (_gate)
        {
            var isNew = _current is null;
            _current = plugin;
            if (isNew)
            {
                Owner.Registry.Watch(this);
            }

            foreach (var lane in _lanes)
            {
                lane.Add(new MoveWork());
            }

            _timer?.Dispose();
            var tick = TimeSpan.FromMilliseconds(plugin.Config.TickMs);
            _timer = tick > TimeSpan.Zero && (plugin.Functions & ScriptFunctions.OnTick) != 0
                ? _time.CreateTimer(static state => ((ScriptRooms)state!).Tick(), this, tick, tick)
                : null;
        }
    }

    /// <summary>Ends with its last version, when no other has taken its place.</summary>
    public void CloseIfLeft(ScriptPlugin plugin)
    {
        lock (_gate)
        {
            if (_current != plugin)
            {
                return;
            }

            _current = null;
            _timer?.Dispose();
            Owner.Registry.Unwatch(this);
            foreach (var lane in _lanes)
            {
                lane.Add(new CloseWork());
            }
        }
    }

    /// <summary>Takes a message in; false where too many wait.</summary>
    public bool TryPost(MessageWork work)
    {
        if (_current is not { } plugin)
        {
            return false;
        }

        // What is taken in for a lane that has nothing to do does not wait.
        var (count, bytes) = (Interlocked.Increment(ref _messages), Interlocked.Add(ref _messageBytes, work.Bytes));
        if (count > plugin.Config.MaxQueue + _lanes.Length || bytes > CallLines.MaxWaitingBytes)
        {
            Taken(work);
            return false;
        }

        LaneOf(work.Room).Add(work);
        return true;
    }

    /// <summary>A message waits no longer.</summary>
    public void Taken(MessageWork work)
    {
        Interlocked.Decrement(ref _messages);
        Interlocked.Add(ref _messageBytes, -work.Bytes);
    }

    public void OnJoined(Room room, Session session)
    {
        if (_current is { } plugin && (plugin.Functions & (ScriptFunctions.OnJoin | ScriptFunctions.OnTick)) != 0 && plugin.IsFor(room.Name) && LaneOf(room.Name) is var lane && HasPlace(lane))
        {
            lane.Add(new JoinedWork(room.Name, session));
        }
    }

    public void OnLeft(Room room, Session session)
    {
        if (_current is not { } plugin || !plugin.IsFor(room.Name))
        {
            return;
        }

        var lane = LaneOf(room.Name);
        var isLast = room.UserCount == 0;
        var knows = lane.Knows(room.Name);
        var wants = (plugin.Functions & (ScriptFunctions.OnJoin | ScriptFunctions.OnLeave | ScriptFunctions.OnTick)) != 0;
        if ((isLast && knows) || (wants && HasPlace(lane)))
        {
            lane.Add(new LeftWork(room.Name, session, isLast));
        }
        else if (isLast)
        {
            lane.LoseEnd();
        }
    }

    public IReadOnlyList<(string User, IReadOnlyList<ScriptSender> Sessions)> Members(string room, int limit)
    {
        if (Owner.Registry.FindRoom(room) is not { } found)
        {
            return [];
        }

        var page = new List<MemberView>();
        for (var after = 0L; page.Count < limit;)
        {
            after = Owner.Registry.ReadMembers(found, after, limit - page.Count, page).Next;
            if (after == 0)
            {
                break;
            }
        }

        return [.. page.Select(member => (
            member.User.Identity.User,
            (IReadOnlyList<ScriptSender>)[.. member.Handles.Select(handle => Owner.Registry.FindSession(handle)).OfType<Session>().Select(SenderOf)]))];
    }

    public void Log(string? room, string text)
    {
        if (_words.TryTake(_time, out var dropped))
        {
            Logs.Said(_logger, Owner.Id, _name, room ?? string.Empty, text);
        }

        if (dropped > 0)
        {
            Logs.Dropped(_logger, Owner.Id, _name, dropped);
        }
    }

    public void Failed(Exception exception) => Logs.Failed(_logger, exception, Owner.Id, _name);

    /// <summary>A room begins anew because its state could not be taken over.</summary>
    public void StateLost(string room) => Logs.StateLost(_logger, Owner.Id, _name, room);

    public static ScriptSender SenderOf(Session session) => new(session.User, session.SessionId, session.Handle);

    /// <summary>Runs a function of the script, counts and logs how it ends; false where it failed. Lane's thread.</summary>
    public bool Run(ScriptLane lane, ScriptRoom room, ScriptPlugin plugin, ReadOnlySpan<byte> function, ScriptCall call)
    {
        plugin.Counters.CountCall();
        if (lane.Call(room, plugin, function, call) is not { } error)
        {
            plugin.Switch.Succeeded();
            return true;
        }

        if (_failures.TryTake(_time, out _))
        {
            Logs.ScriptFailed(_logger, Owner.Id, _name, room.Name, error.Message);
        }

        plugin.Switch.Failed(error.IsLimit ? PluginFailure.Limit : PluginFailure.Error);
        return false;
    }

    /// <summary>A call in a room, for whoever caused it.</summary>
    public ScriptCall CallFor(ScriptRoom room, ScriptSender? sender, ScriptMessage? message) => new()
    {
        Tenant = Owner.Id,
        Service = _name,
        Room = room.Name.Length == 0 ? null : room.Name,
        Sender = sender,
        Message = message,
        Rules = AnswerRules.For(Owner.Snapshot, _nameUtf8, message?.Id.Length ?? 0),
        Host = this,
    };

    private ScriptLane LaneOf(string room) => _lanes[(uint)string.GetHashCode(room, StringComparison.Ordinal) % (uint)_lanes.Length];

    private bool HasPlace(ScriptLane lane)
    {
        if (lane.Waiting < MaxNotices)
        {
            return true;
        }

        if (Interlocked.Exchange(ref _isOverrun, 1) == 0)
        {
            Logs.Overrun(_logger, Owner.Id, _name, MaxNotices);
        }

        return false;
    }

    private void Tick()
    {
        foreach (var lane in _lanes)
        {
            var known = lane.Known;
            if (known.Count > 0 && lane.TryBeginTick())
            {
                lane.Add(new TickWork(known));
            }
        }
    }

    private static partial class Logs
    {
        [LoggerMessage(1, LogLevel.Warning, "Script {Tenant}/{Service}, room '{Room}': {Error}")]
        public static partial void ScriptFailed(ILogger logger, string tenant, string service, string room, string error);

        [LoggerMessage(2, LogLevel.Information, "Script {Tenant}/{Service}, room '{Room}' says: {Text}")]
        public static partial void Said(ILogger logger, string tenant, string service, string room, string text);

        [LoggerMessage(6, LogLevel.Warning, "Script {Tenant}/{Service}: {Count} lines within a second were dropped")]
        public static partial void Dropped(ILogger logger, string tenant, string service, int count);

        [LoggerMessage(3, LogLevel.Error, "Script {Tenant}/{Service}: the gateway failed on it.")]
        public static partial void Failed(ILogger logger, Exception exception, string tenant, string service);

        [LoggerMessage(4, LogLevel.Warning, "Script {Tenant}/{Service}, room '{Room}': its state could not be taken over by the new script and begins empty")]
        public static partial void StateLost(ILogger logger, string tenant, string service, string room);

        [LoggerMessage(5, LogLevel.Warning, "Script {Tenant}/{Service} is behind: more than {Count} joins and leaves wait, and it is not told of all")]
        public static partial void Overrun(ILogger logger, string tenant, string service, int count);
    }
}
