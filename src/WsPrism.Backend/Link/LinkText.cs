using System.Text.Json;
using WsPrism.Core.Delivery;
using WsPrism.Core.Dispatch;
using WsPrism.Core.Rooms;
using WsPrism.Core.Rooms.History;
using WsPrism.Core.Sessions;
using WsPrism.Protocol;
using WsPrism.Services;

namespace WsPrism.Backend.Link;

/// <summary>Writes the text messages to workers. Each thread has a buffer of its own.</summary>
internal static class LinkText
{
    [ThreadStatic]
    private static JsonScratch? _scratch;

    /// <summary>A request but for its beginning, <c>{"op":"request","id":7</c>.</summary>
    public static OutboundFrame Request(ReadOnlySpan<byte> service, in ExtMessage message, IRoom? room, ISession session)
    {
        var json = Begin();
        json.WriteString("svc"u8, service);
        json.WriteString("type"u8, message.Type);
        WriteRoom(json, room);
        if (message.HasRoom && room is null)
        {
            json.WriteString("room"u8, message.Room);
        }

        if (message.HasRoom || room is not null)
        {
            // A client may name any.
            json.WriteBoolean("in_room"u8, room is not null);
        }

        if (!message.Data.IsEmpty)
        {
            json.WritePropertyName("data"u8);
            json.WriteRawValue(message.Data, skipInputValidation: true);
        }

        WriteSession(json, session);
        if (!session.State.IsEmpty)
        {
            json.WritePropertyName("state"u8);
            json.WriteRawValue(session.State, skipInputValidation: true);
        }

        json.WriteEndObject();

        // The object's opening brace becomes the comma behind the number.
        var text = _scratch!.Written;
        var body = OutboundFrame.Rent(FrameKind.Text, DeliveryClass.Ext, text.Length);
        text.CopyTo(body.WritableBuffer);
        body.WritableBuffer[0] = (byte)',';
        return body;
    }

    /// <summary>The first message to every worker.</summary>
    public static ReadOnlySpan<byte> Hello(string worker, TenantLink tenant, IEnumerable<LinkService> services, int maxMessageBytes, int pingIntervalMs)
    {
        var json = Begin("hello"u8);
        json.WriteNumber("v"u8, 1);
        json.WriteString("worker"u8, worker);
        json.WriteString("tenant"u8, tenant.Id);
        json.WriteStartObject("services"u8);
        foreach (var service in services)
        {
            json.WriteStartObject(service.Name);
            json.WriteNumber("timeout_ms"u8, service.TimeoutMs);
            json.WriteStartArray("svc_ids"u8);
            foreach (var id in service.HotIds)
            {
                json.WriteNumberValue(id);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteNumber("max_message_bytes"u8, maxMessageBytes);
        json.WriteNumber("ping_interval_ms"u8, pingIntervalMs);
        return End(json);
    }

    /// <summary>Somebody came into a room or left it.</summary>
    public static ReadOnlySpan<byte> Membership(ReadOnlySpan<byte> op, Room room, Session session)
    {
        var json = Begin(op);
        WriteRoom(json, room);
        WriteSession(json, session);
        return End(json);
    }

    /// <summary>How many got a publish, and its place in the room's history.</summary>
    public static ReadOnlySpan<byte> Receipt(long id, in Published published)
    {
        var json = Begin("receipt"u8);
        json.WriteNumber("id"u8, id);
        json.WriteNumber("receivers"u8, published.Receivers);
        if (published.Offset > 0)
        {
            json.WriteNumber("offset"u8, published.Offset);
        }

        return End(json);
    }

    /// <summary>The worker made a mistake; <paramref name="id"/> is the number that it gave, 0 for none.</summary>
    public static ReadOnlySpan<byte> Error(long id, ErrorCode code, string text)
    {
        var json = Begin("error"u8);
        if (id != 0)
        {
            json.WriteNumber("id"u8, id);
        }

        json.WriteString("code"u8, code.Utf8());
        json.WriteString("msg"u8, text);
        return End(json);
    }

    /// <summary>The gateway is going away.</summary>
    public static ReadOnlySpan<byte> Draining(int graceMs)
    {
        var json = Begin("draining"u8);
        json.WriteNumber("grace_ms"u8, graceMs);
        return End(json);
    }

    private static void WriteRoom(Utf8JsonWriter json, IRoom? room)
    {
        if (room is not null)
        {
            json.WriteString("room"u8, room.NameUtf8);
            json.WriteNumber("room_handle"u8, room.Handle);
        }
    }

    private static void WriteSession(Utf8JsonWriter json, ISession session)
    {
        json.WriteString("user"u8, session.UserUtf8);
        json.WriteString("session"u8, session.SessionId);
        json.WriteNumber("handle"u8, session.Handle);
    }

    private static Utf8JsonWriter Begin()
    {
        var json = (_scratch ??= new JsonScratch()).Begin();
        json.WriteStartObject();
        return json;
    }

    private static Utf8JsonWriter Begin(ReadOnlySpan<byte> op)
    {
        var json = Begin();
        json.WriteString("op"u8, op);
        return json;
    }

    private static ReadOnlySpan<byte> End(Utf8JsonWriter json)
    {
        json.WriteEndObject();
        return _scratch!.Written;
    }
}
