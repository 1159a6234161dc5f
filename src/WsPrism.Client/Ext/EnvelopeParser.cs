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
        var data = 0..0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            // In the order in which the gateway writes them.
            if (reader.ValueTextEquals("v"u8))
                isWrong |= NumberOf(ref reader) != 1;
            else if (reader.ValueTextEquals("svc"u8))
                svc = WordOf(ref reader);
            else if (reader.ValueTextEquals("type"u8))
                type = WordOf(ref reader);
            else if (reader.ValueTextEquals("room"u8))
                isWrong |= (room = WordOf(ref reader)) is null;
            else if (reader.ValueTextEquals("data"u8))
                data = ValueOf(ref reader);
            else if (reader.ValueTextEquals("offset"u8))
                isWrong |= (offset = NumberOf(ref reader)) is null;
            else if (reader.ValueTextEquals("id"u8))
                isWrong |= !TryReadId(ref reader, out id, out hasId);
            else if (reader.ValueTextEquals("trace_id"u8))
                trace = TextOf(ref reader);
            else
                Skip(ref reader);
        }

        // Something behind the object is as wrong as nothing at all.
        return isWrong || reader.TokenType != JsonTokenType.EndObject || reader.Read() || string.IsNullOrEmpty(svc) || string.IsNullOrEmpty(type)
            ? null
            : new Message(svc!, type!, room, offset, id, hasId, utf8[data].ToArray(), trace);
    }

    private static string? WordOf(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
            return KnownWords.TextOf(ref reader);

        reader.Skip();
        return null;
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

    // Looked at, so that reading it later cannot fail, and not read: nobody may ask for it.
    private static Range ValueOf(ref Utf8JsonReader reader)
    {
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return start..(int)reader.BytesConsumed;
    }

    private static void Skip(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }
}
