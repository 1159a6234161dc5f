using System.Text.Json;
using WsPrism.Services;

namespace WsPrism.Core.Answers;

/// <summary>Writes a client's message with who sent it, as webhooks and modules get it.</summary>
internal static class MessageJson
{
    public static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> svc, in ExtMessage message, IExtContext context)
    {
        var session = context.Session;
        json.WriteStartObject();
        json.WriteString("svc"u8, svc);
        json.WriteString("type"u8, message.Type);
        WriteRoom(json, message, context);
        WriteRaw(json, "data"u8, message.Data);
        WriteRaw(json, "id"u8, message.Id);
        json.WriteString("session"u8, session.SessionId);
        json.WriteString("user"u8, session.UserUtf8);
        json.WriteString("tenant"u8, session.Tenant);
        json.WriteNumber("handle"u8, session.Handle);
        WriteRaw(json, "state"u8, session.State);
        json.WriteEndObject();
    }

    // The room that the message names or, without one, the active one. A client may name any, so who reads it is told whether the session is in it.
    private static void WriteRoom(Utf8JsonWriter json, in ExtMessage message, IExtContext context)
    {
        var room = message.HasRoom ? context.FindRoom(message.Room) : context.ActiveRoom;
        if (message.HasRoom || room is not null)
        {
            json.WriteString("room"u8, message.HasRoom ? message.Room : room!.NameUtf8);
            json.WriteBoolean("in_room"u8, room is not null);
        }
    }

    private static void WriteRaw(Utf8JsonWriter json, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty)
        {
            json.WritePropertyName(name);
            json.WriteRawValue(value, skipInputValidation: true);
        }
    }
}
