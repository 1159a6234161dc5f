using WsPrism.Protocol;

namespace WsPrism.Services.Rooms;

/// <summary>The <c>room</c> service: joining, leaving and looking around (PROTOCOL §7). Stateless, safe for all threads.</summary>
public sealed class RoomService : IExtService
{
    private const int MaxListed = 1_000;

    /// <inheritdoc/>
    public string Name => "room";

    /// <inheritdoc/>
    public void OnMessage(in ExtMessage message, IExtContext context)
    {
        if (message.Type.SequenceEqual("join"u8))
        {
            Join(message, context);
        }
        else if (message.Type.SequenceEqual("leave"u8))
        {
            if (FindRoom(message, context) is { } room)
            {
                context.Leave(room);
            }
        }
        else if (message.Type.SequenceEqual("activate"u8))
        {
            Activate(message, context);
        }
        else if (message.Type.SequenceEqual("members"u8))
        {
            Members(message, context);
        }
        else if (message.Type.SequenceEqual("list"u8))
        {
            List(context);
        }
        else if (message.Type.SequenceEqual("history"u8))
        {
            RoomHistoryRequests.Answer(message, context);
        }
        else
        {
            context.Fail(ErrorCode.BadRequest, "room knows join, leave, activate, members, history and list.");
        }
    }

    private static void Join(in ExtMessage message, IExtContext context)
    {
        if (!message.HasRoom)
        {
            context.Fail(ErrorCode.BadRequest, "join needs a room.");
        }
        else if (JsonFields.FindBoolean(message.Data, "active"u8, absent: true) is not { } activate)
        {
            context.Fail(ErrorCode.BadRequest, "active must be true or false.");
        }
        else if (JsonFields.FindNumber(message.Data, "max_hz"u8, absent: 0, min: 1) is not { } maxHz)
        {
            context.Fail(ErrorCode.BadRequest, "max_hz must be a number of at least 1.");
        }
        else if (!RoomHistoryRequests.TryFindPosition(message.Data, "since"u8, out var since))
        {
            context.Fail(ErrorCode.BadRequest, RoomHistoryRequests.PositionExpected);
        }
        else if (context.Join(message.Room, activate, maxHz, since) is var code && code != ErrorCode.None)
        {
            context.Fail(code, code == ErrorCode.NotAllowed ? "This room is not open to this client." : "A limit of the tenant on rooms or their users is reached.");
        }
    }

    private static void Activate(in ExtMessage message, IExtContext context)
    {
        if (!message.HasRoom)
        {
            context.Fail(ErrorCode.BadRequest, "activate needs a room.");
        }
        else if (FindRoom(message, context) is { } room)
        {
            context.Activate(room);
        }
    }

    private static void Members(in ExtMessage message, IExtContext context)
    {
        if (JsonFields.FindInteger(message.Data, "limit"u8, MaxListed, 1, MaxListed) is not { } limit)
        {
            context.Fail(ErrorCode.BadRequest, "limit must be 1 to 1000.");
        }
        else if (FindRoom(message, context) is { } room)
        {
            var json = context.BeginData();
            json.WriteStartObject();
            json.WriteNumber("count"u8, room.UserCount);
            json.WritePropertyName("members"u8);
            context.WriteMembers(room, limit, json);
            json.WriteEndObject();
            context.Answer();
        }
    }

    private static void List(IExtContext context)
    {
        var json = context.BeginData();
        json.WriteStartObject();
        json.WritePropertyName("rooms"u8);
        context.WriteRooms(json);
        json.WriteEndObject();
        context.Answer();
    }

    // The room that the message names or, without one, the active one; refuses the message where the sender is in neither.
    private static IRoom? FindRoom(in ExtMessage message, IExtContext context)
    {
        var room = RoomOf.Message(message, context);
        if (room is null)
        {
            context.Fail(ErrorCode.NotInRoom, RoomOf.NotIn);
        }

        return room;
    }
}
