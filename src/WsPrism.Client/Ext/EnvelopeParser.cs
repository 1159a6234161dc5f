using System.Text.Json;

namespace WsPrism.Client.Ext;

// Envelopes from the gateway: what is unknown is let pass, what is known has to be of its type. Stateless; it never throws, whatever the bytes.
internal static class EnvelopeParser
{
    public static Message? Parse(ReadOnlySpan<byte> utf8)
    {
#if !NETSTANDARD2_1
        // WebSockets look at this themselves. The JSON reader does not, and reading such a text later would throw.
        if (!System.Text.Unicode.Utf8.IsValid(utf8))
            return null;
#endif
        try
        {
            return Read(utf8);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Not JSON, or a string that is no text.
            return null;
        }
    }

    private static Message? Read(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return null;

        string? svc = null, type = null, room = null, trace = null;
        ulong? offset = null;
        long? id = null;
        var (hasId, isWrong) = (false, false);
        JsonElement data = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("v"))
                isWrong |= NumberOf(ref reader) != 1;
            else if (reader.ValueTextEquals("svc"))
                svc = TextOf(ref reader);
            else if (reader.ValueTextEquals("type"))
                type = TextOf(ref reader);
            else if (reader.ValueTextEquals("room"))
                isWrong |= (room = TextOf(ref reader)) is null;
            else if (reader.ValueTextEquals("trace_id"))
                trace = TextOf(ref reader);
            else if (reader.ValueTextEquals("offset"))
                isWrong |= (offset = NumberOf(ref reader)) is null;
            else if (reader.ValueTextEquals("id"))
                isWrong |= !TryReadId(ref reader, out id, out hasId);
            else if (reader.ValueTextEquals("data"))
                data = ValueOf(ref reader);
            else
                Skip(ref reader);
        }

        // Something behind the object is as wrong as nothing at all.
        return isWrong || reader.TokenType != JsonTokenType.EndObject || reader.Read() || string.IsNullOrEmpty(svc) || string.IsNullOrEmpty(type)
            ? null
            : new Message(svc!, type!, room, offset, id, hasId, data, trace);
    }

    private static string? TextOf(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
            return reader.GetString();

        reader.Skip();
        return null;
    }

    private static ulong? NumberOf(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Number)
            return reader.TryGetUInt64(out var number) ? number : null;

        reader.Skip();
        return null;
    }

    // This client's own ids are numbers; another one answers nothing that was asked.
    private static bool TryReadId(ref Utf8JsonReader reader, out long? id, out bool hasId)
    {
        reader.Read();
        id = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number) ? number : null;
        hasId = true;
        if (reader.TokenType is JsonTokenType.Number or JsonTokenType.String)
            return true;

        reader.Skip();
        return false;
    }

    private static JsonElement ValueOf(ref Utf8JsonReader reader)
    {
        reader.Read();
        return JsonElement.ParseValue(ref reader);
    }

    private static void Skip(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }
}
