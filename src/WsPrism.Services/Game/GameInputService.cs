using System.Text.Json;
using WsPrism.Protocol;

namespace WsPrism.Services.Game;

/// <summary>
/// The <c>game</c> service of the Ext lane, for clients that have no binary: relays <c>input</c> to the other members of its room, with <c>from</c> in front
/// of the sender's own fields. Stateless, safe for all threads.
/// </summary>
public sealed class GameInputService : IExtService
{
    /// <inheritdoc/>
    public string Name => "game";

    /// <inheritdoc/>
    public void OnMessage(in ExtMessage message, IExtContext context)
    {
        if (!message.Type.SequenceEqual("input"u8))
        {
            context.Fail(ErrorCode.BadRequest, "game knows input.");
        }
        else if (!JsonFields.IsObject(message.Data))
        {
            context.Fail(ErrorCode.BadRequest, "input needs an object as data.");
        }
        else if (RoomOf.Message(message, context) is not { } room)
        {
            context.Fail(ErrorCode.NotInRoom, RoomOf.NotIn);
        }
        else if (!TryWriteInput(message.Data, context))
        {
            context.Fail(ErrorCode.BadRequest, "A field name of the input is not text.");
        }
        else
        {
            context.Publish(room, "input"u8, Audience.Others);
        }
    }

    private static bool TryWriteInput(ReadOnlySpan<byte> data, IExtContext context)
    {
        var json = context.BeginData();
        json.WriteStartObject();
        json.WriteString("from"u8, context.Session.UserUtf8);

        Span<byte> buffer = stackalloc byte[256];
        var reader = new Utf8JsonReader(data);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            // A sender's own "from" would speak for somebody else: receivers take the last of a repeated field.
            var isForged = JsonFields.IsNamed(reader, "from"u8);
            var token = data.Slice((int)reader.TokenStartIndex, reader.ValueSpan.Length + 2);
            if (!JsonFields.TryUnescape(token, buffer, out var name))
            {
                return false;
            }

            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (!isForged)
            {
                json.WritePropertyName(name);
                json.WriteRawValue(data[start..(int)reader.BytesConsumed], skipInputValidation: true);
            }
        }

        json.WriteEndObject();
        return true;
    }
}
