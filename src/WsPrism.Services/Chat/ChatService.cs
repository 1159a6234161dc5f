using System.Text.Json;
using WsPrism.Protocol;

namespace WsPrism.Services.Chat;

/// <summary>
/// The <c>chat</c> service: messages, typing and direct messages, in rooms that the sender is in (PROTOCOL §7). <c>msg</c> goes to all members, the sender
/// too, so that everybody sees one order; <c>typing</c> goes to the others. Stateless, safe for all threads.
/// </summary>
public sealed class ChatService : IExtService
{
    /// <inheritdoc/>
    public string Name => "chat";

    /// <inheritdoc/>
    public void OnMessage(in ExtMessage message, IExtContext context)
    {
        var isSend = message.Type.SequenceEqual("send"u8);
        var isDirect = message.Type.SequenceEqual("direct"u8);
        if (!isSend && !isDirect && !message.Type.SequenceEqual("typing"u8))
        {
            context.Fail(ErrorCode.BadRequest, "chat knows send, typing and direct.");
        }
        else if (RoomOf.Message(message, context) is not { } room)
        {
            context.Fail(ErrorCode.NotInRoom, RoomOf.NotIn);
        }
        else if (isSend)
        {
            Send(message, context, room);
        }
        else if (isDirect)
        {
            Direct(message, context, room);
        }
        else
        {
            BeginFrom(context).WriteEndObject();
            context.Publish(room, "typing"u8, Audience.Others, Keeping.Transient);
        }
    }

    private static void Send(in ExtMessage message, IExtContext context, IRoom room)
    {
        if (JsonFields.TryFindString(message.Data, "msg"u8, out var text))
        {
            WriteMessage(context, text);
            context.Publish(room, "msg"u8);
        }
        else
        {
            context.Fail(ErrorCode.BadRequest, "send needs data {\"msg\":\"…\"}.");
        }
    }

    private static void Direct(in ExtMessage message, IExtContext context, IRoom room)
    {
        Span<byte> buffer = stackalloc byte[1_024];
        if (!JsonFields.TryFindString(message.Data, "msg"u8, out var text)
            || !JsonFields.TryFindString(message.Data, "to"u8, out var token)
            || !JsonFields.TryUnescape(token, buffer, out var to))
        {
            context.Fail(ErrorCode.BadRequest, "direct needs data {\"to\":\"user\",\"msg\":\"…\"}.");
            return;
        }

        WriteMessage(context, text);
        if (!context.SendToMember(room, to, "direct"u8))
        {
            context.Fail(ErrorCode.NotInRoom, "The addressee is not in the room.");
        }
    }

    private static void WriteMessage(IExtContext context, ReadOnlySpan<byte> text)
    {
        var json = BeginFrom(context);
        json.WritePropertyName("msg"u8);
        json.WriteRawValue(text, skipInputValidation: true);
        json.WriteNumber("ts"u8, context.ServerTimeMs);
        json.WriteEndObject();
    }

    private static Utf8JsonWriter BeginFrom(IExtContext context)
    {
        var json = context.BeginData();
        json.WriteStartObject();
        json.WriteString("from"u8, context.Session.UserUtf8);
        return json;
    }
}
