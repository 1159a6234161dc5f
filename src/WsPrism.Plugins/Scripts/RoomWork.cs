using WsPrism.Core.Sessions;

namespace WsPrism.Plugins.Scripts;

/// <summary>A session is in a room.</summary>
internal sealed class JoinedWork(string room, Session session) : ScriptWork
{
    public override void Run(ScriptLane lane)
    {
        if (lane.Rooms.Current is not { } plugin)
        {
            return;
        }

        var known = lane.RoomOf(room);
        if (lane.Rooms.Owner.Registry.FindRoom(room) is null && lane.HasLostEnd)
        {
            // Otherwise the end of the room is in the line, behind this.
            lane.Drop(known);
            return;
        }

        if ((plugin.Functions & ScriptFunctions.OnJoin) != 0 && !plugin.Switch.IsOff)
        {
            var call = lane.Rooms.CallFor(known, ScriptRooms.SenderOf(session), null);
            if (lane.Rooms.Run(lane, known, plugin, "on_join"u8, call))
            {
                ScriptDeeds.Do(call, lane.Rooms, session);
            }
        }
    }
}

/// <summary>A session is in a room no longer; with the last one the room's state goes.</summary>
internal sealed class LeftWork(string room, Session session, bool isLast) : ScriptWork
{
    public override void Run(ScriptLane lane)
    {
        if (lane.Rooms.Current is not { } plugin || lane.Find(room) is not { } known)
        {
            return;
        }

        if ((plugin.Functions & ScriptFunctions.OnLeave) != 0 && !plugin.Switch.IsOff)
        {
            var call = lane.Rooms.CallFor(known, ScriptRooms.SenderOf(session), null);
            if (lane.Rooms.Run(lane, known, plugin, "on_leave"u8, call))
            {
                ScriptDeeds.Do(call, lane.Rooms, session);
            }
        }

        if (isLast)
        {
            lane.Drop(known);
        }
    }
}

/// <summary>A tick for each of some rooms, one at a time: what came meanwhile has its turn in between.</summary>
internal sealed class TickWork(ICollection<ScriptRoom> rooms) : ScriptWork
{
    private readonly Queue<ScriptRoom> _rooms = new(rooms);

    public override void Run(ScriptLane lane)
    {
        if (lane.Rooms.Current is not { } plugin || (plugin.Functions & ScriptFunctions.OnTick) == 0 || !_rooms.TryDequeue(out var room))
        {
            lane.EndTick();
            return;
        }

        try
        {
            if (room.Name.Length > 0 && lane.Find(room.Name) == room && !plugin.Switch.IsOff)
            {
                var call = lane.Rooms.CallFor(room, null, null);
                if (lane.Rooms.Run(lane, room, plugin, "on_tick"u8, call))
                {
                    ScriptDeeds.Do(call, lane.Rooms, null);
                }
            }
        }
        finally
        {
            lane.Add(this);
        }
    }
}

/// <summary>Another version of the script is in force.</summary>
internal sealed class MoveWork : ScriptWork
{
    public override void Run(ScriptLane lane)
    {
        if (lane.Rooms.Current is { } plugin)
        {
            lane.MoveTo(plugin);
        }
    }
}

/// <summary>The service is in force no longer.</summary>
internal sealed class CloseWork : ScriptWork
{
    public override void Run(ScriptLane lane) => lane.Close();
}
