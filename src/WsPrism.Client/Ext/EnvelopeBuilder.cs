using System.Buffers;
using System.Text.Json;

namespace WsPrism.Client.Ext;

// Envelopes to the gateway as UTF-8. Stateless.
internal static class EnvelopeBuilder
{
    public static byte[] Build(string svc, string type, string? room, in JsonData data, long? id)
    {
        ArgumentNullException.ThrowIfNull(svc);
        ArgumentNullException.ThrowIfNull(type);
        var buffer = new ArrayBufferWriter<byte>(128 + data.Utf8.Length);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
        {
            writer.WriteStartObject();
            writer.WriteString("svc", svc);
            writer.WriteString("type", type);
            if (room is not null)
                writer.WriteString("room", room);
            if (!data.IsEmpty)
            {
                writer.WritePropertyName("data");
                writer.WriteRawValue(data.Utf8.Span, skipInputValidation: true);
            }

            if (id is { } number)
                writer.WriteNumber("id", number);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
