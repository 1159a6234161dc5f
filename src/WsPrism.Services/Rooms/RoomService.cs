using System.Buffers.Text;
using WsPrism.Protocol;

namespace WsPrism.Services.Rooms;

/// <summary>The <c>room</c> service: joining, leaving and looking around (PROTOCOL §7). Stateless, safe for all threads.</summary>
public sealed class RoomService : IExtService
{
    private const int MaxListed = 1_000;
    private const int MaxStateBytes = 1_024;

    // Members of a party are in its room, and nobody else is.
    private static ReadOnlySpan<byte> PartyPrefix => "party:"u8;

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
            Leave(message, context);
        }
        else if (message.Type.SequenceEqual("activate"u8))
        {
            Activate(message, context);
        }
        else if (message.Type.SequenceEqual("members"u8))
        {
            Members(message, context);
        }
        else if (message.Type.SequenceEqual("state"u8))
        {
            State(message, context);
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
            context.Fail(ErrorCode.BadRequest, "room knows join, leave, activate, members, state, history and list.");
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
        else if (JsonFields.FindBoolean(message.Data, "members"u8, absent: false) is not { } wantsMembers)
        {
            context.Fail(ErrorCode.BadRequest, "members must be true or false.");
        }
        else if (!RoomHistoryRequests.TryFindPosition(message.Data, "since"u8, out var since))
        {
            context.Fail(ErrorCode.BadRequest, RoomHistoryRequests.PositionExpected);
        }
        else if (context.Join(message.Room, activate, maxHz, since) is var code && code != ErrorCode.None)
        {
            context.Fail(code, code == ErrorCode.NotAllowed ? "This room is not open to this client." : "A limit of the tenant on rooms or their users is reached.");
        }
        else if (wantsMembers && context.FindRoom(message.Room) is { } room)
        {
            AnswerMembers(context, room, after: 0, MaxListed);
        }
    }

    private static void Leave(in ExtMessage message, IExtContext context)
    {
        if (FindRoom(message, context) is not { } room)
        {
            return;
        }

        if (room.NameUtf8.StartsWith(PartyPrefix))
        {
            context.Fail(ErrorCode.NotAllowed, "Who leaves the party leaves its room.");
        }
        else
        {
            context.Leave(room);
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
        else if (FindCursor(message.Data) is not { } after)
        {
            context.Fail(ErrorCode.BadRequest, "cursor must be one that was answered.");
        }
        else if (FindRoom(message, context) is { } room)
        {
            AnswerMembers(context, room, after, limit);
        }
    }

    private static void AnswerMembers(IExtContext context, IRoom room, long after, int limit)
    {
        var json = context.BeginData();
        json.WriteStartObject();
        context.WriteMembers(room, after, limit, json);
        json.WriteEndObject();
        context.Answer();
    }

    // The digits are ours, as a text: clients keep it and give it back. 0 where there is none.
    private static long? FindCursor(ReadOnlySpan<byte> data) =>
        !JsonFields.TryFind(data, "cursor"u8, out var raw) ? 0
        : raw[0] == (byte)'"' && Utf8Parser.TryParse(raw[1..^1], out long after, out var consumed) && consumed == raw.Length - 2 && after > 0 ? after
        : null;

    private static void State(in ExtMessage message, IExtContext context)
    {
        if (!JsonFields.TryFind(message.Data, "state"u8, out var state))
        {
            context.Fail(ErrorCode.BadRequest, "state needs data {\"state\":…}.");
        }
        else if (state.Length > MaxStateBytes)
        {
            context.Fail(ErrorCode.PayloadTooLarge, "state must be at most 1024 bytes.");
        }
        else if (FindRoom(message, context) is { } room && !context.SetMemberState(room, state.SequenceEqual("null"u8) ? default : state))
        {
            context.Fail(ErrorCode.NotAllowed, "The rule of this room has no presence.");
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
