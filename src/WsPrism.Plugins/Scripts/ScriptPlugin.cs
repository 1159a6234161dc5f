using Microsoft.Extensions.Logging;
using WsPrism.Core;
using WsPrism.Core.Configuration;
using WsPrism.Core.Sessions;
using WsPrism.Core.Tenants;
using WsPrism.Protocol;
using WsPrism.Services;

namespace WsPrism.Plugins.Scripts;

/// <summary>
/// A script in force: takes messages out of the line and hands them to the rooms, which live on when another version of the script takes this one's place. Safe
/// for all threads.
/// </summary>
internal sealed class ScriptPlugin : Plugin, IExtService
{
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly RoomPatterns _patterns;
    private readonly Lock _gate = new();

    // Messages that came when the configuration was in force already but this was not started yet.
    private readonly List<MessageWork> _early = [];
    private volatile ScriptRooms? _rooms;

    public ScriptPlugin(string tenant, ExtServiceConfig config, ScriptProgram program, ScriptFunctions functions, TimeProvider time, ILogger logger)
        : base(tenant, config)
    {
        Program = program;
        Functions = functions;
        Switch = new FailureSwitch(this, time, logger);
        _time = time;
        _logger = logger;
        _patterns = new RoomPatterns(config.Rooms);
    }

    public ScriptProgram Program { get; }

    public ScriptFunctions Functions { get; }

    public FailureSwitch Switch { get; }

    public string Name => Config.Name;

    public override IExtService? Ext => this;

    /// <summary>Whether the script is for a room of this name.</summary>
    public bool IsFor(string room) => _patterns.Matches(room);

    public override void Start(GatewayNode node, Tenant owner, Plugin? previous)
    {
        var rooms = (previous as ScriptPlugin)?._rooms is { } theirs && theirs.Owner == owner ? theirs : new ScriptRooms(owner, node, Config, _time, _logger);
        rooms.Use(this);
        lock (_gate)
        {
            _rooms = rooms;
            foreach (var work in _early)
            {
                Post(rooms, work);
            }

            _early.Clear();
        }
    }

    public void OnMessage(in ExtMessage message, IExtContext context)
    {
        if ((Functions & ScriptFunctions.OnMessage) == 0)
        {
            context.Fail(ErrorCode.BadRequest, "The service takes no messages.");
            return;
        }

        var room = message.HasRoom ? context.FindRoom(message.Room) : context.ActiveRoom;
        if (message.HasRoom && room is null)
        {
            context.Fail(ErrorCode.NotInRoom, "You are not in this room.");
            return;
        }

        var isFor = room is not null && IsFor(room.Name);
        if (message.HasRoom && !isFor)
        {
            context.Fail(ErrorCode.NotAllowed, "The service is not for this room.");
            return;
        }

        if (Switch.IsOff)
        {
            context.Fail(ErrorCode.ServiceUnavailable, ScriptTexts.Unavailable);
            return;
        }

        if (context.Defer() is { } deferred)
        {
            Post(new MessageWork(deferred, (Session)context.Session, isFor ? room!.Name : string.Empty, Copy(message, context), _time));
        }
    }

    protected override void Dispose(bool disposing)
    {
        _rooms?.CloseIfLeft(this);
        Program.Release();
        base.Dispose(disposing);
    }

    private static ScriptMessage Copy(in ExtMessage message, IExtContext context) => new()
    {
        Type = message.Type.ToArray(),
        Data = message.Data.ToArray(),
        Id = message.Id.ToArray(),
        SessionState = context.Session.State.ToArray(),
    };

    private void Post(MessageWork work)
    {
        if (_rooms is { } rooms)
        {
            Post(rooms, work);
            return;
        }

        lock (_gate)
        {
            if (_rooms is null && _early.Count < Config.MaxQueue)
            {
                _early.Add(work);
                return;
            }
        }

        Post(_rooms, work);
    }

    private static void Post(ScriptRooms? rooms, MessageWork work)
    {
        if (rooms?.TryPost(work) != true)
        {
            work.Refuse(ErrorCode.ServiceUnavailable, ScriptTexts.Unavailable);
        }
    }
}
