using System.Buffers;
using System.Text.Json;

namespace WsPrism.Client.Ext;

// Envelopes to the gateway as UTF-8. Thread-safe: each thread has a buffer and a writer of its own, which are used again and again.
internal static class EnvelopeBuilder
{
    // One long message does not hold its memory for ever.
    private const int MostKept = 64 * 1024;

    private static readonly JsonEncodedText Svc = JsonEncodedText.Encode("svc");
    private static readonly JsonEncodedText Type = JsonEncodedText.Encode("type");
    private static readonly JsonEncodedText Room = JsonEncodedText.Encode("room");
    private static readonly JsonEncodedText Data = JsonEncodedText.Encode("data");
    private static readonly JsonEncodedText Id = JsonEncodedText.Encode("id");

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? _writer;

    public static byte[] Build(string svc, string type, string? room, in JsonData data, long? id)
    {
        ArgumentNullException.ThrowIfNull(svc);
        ArgumentNullException.ThrowIfNull(type);
        var buffer = _buffer ??= new ArrayBufferWriter<byte>(1024);
        var writer = _writer ??= new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true });
        buffer.Clear();
        writer.Reset(buffer);
        writer.WriteStartObject();
        writer.WriteString(Svc, svc);
        writer.WriteString(Type, type);
        if (room is not null)
            writer.WriteString(Room, room);
        if (!data.IsEmpty)
        {
            writer.WritePropertyName(Data);
            writer.WriteRawValue(data.Utf8.Span, skipInputValidation: true);
        }

        if (id is { } number)
            writer.WriteNumber(Id, number);
        writer.WriteEndObject();
        writer.Flush();
        var bytes = buffer.WrittenSpan.ToArray();
        if (buffer.Capacity > MostKept)
            _buffer = null;

        return bytes;
    }
}
