using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace WsPrism.Client.Ext;

/// <summary>
/// The <c>data</c> of an envelope: JSON as UTF-8, or nothing (<c>default</c>). Made without reflection, so that it works in trimmed programs. Immutable as long as nobody
/// changes the bytes it was made of.
/// </summary>
public readonly struct JsonData
{
    private static readonly JsonWriterOptions Unchecked = new() { SkipValidation = false };

    private JsonData(ReadOnlyMemory<byte> utf8) => Utf8 = utf8;

    /// <summary>The JSON; empty where there is none.</summary>
    public ReadOnlyMemory<byte> Utf8 { get; }

    /// <summary>Whether there is nothing: the envelope goes without <c>data</c>.</summary>
    public bool IsEmpty => Utf8.IsEmpty;

    /// <summary>What <paramref name="write"/> writes: one JSON value.</summary>
    public static JsonData Write(Action<Utf8JsonWriter> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Unchecked))
            write(writer);

        return new JsonData(buffer.WrittenMemory);
    }

    /// <summary>A value by its contract, for example one of a source-generated <c>JsonSerializerContext</c>.</summary>
    public static JsonData Of<T>(T value, JsonTypeInfo<T> typeInfo)
    {
        ArgumentNullException.ThrowIfNull(typeInfo);
        return new JsonData(JsonSerializer.SerializeToUtf8Bytes(value, typeInfo));
    }

    /// <summary>JSON as text.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static JsonData Parse(string json) => OfUtf8(Encoding.UTF8.GetBytes(json));

    /// <summary>JSON as UTF-8, which is not copied.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static JsonData OfUtf8(ReadOnlyMemory<byte> json)
    {
        JsonDocument.Parse(json).Dispose();
        return new JsonData(json);
    }

    /// <summary>JSON that was read; an undefined element is nothing.</summary>
    public static implicit operator JsonData(JsonElement element) => FromJsonElement(element);

    /// <summary>JSON that was read; an undefined element is nothing.</summary>
    public static JsonData FromJsonElement(JsonElement element) =>
        element.ValueKind == JsonValueKind.Undefined ? default : Write(element.WriteTo);

    /// <inheritdoc/>
    public override string ToString() => Encoding.UTF8.GetString(Utf8.Span);
}
