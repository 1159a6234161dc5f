using System.Buffers;
using System.Text.Json;

namespace WsPrism.Core.Dispatch;

/// <summary>A JSON writer over a buffer, both used again and again. Owned by the shard's thread.</summary>
#pragma warning disable CA1001 // A writer over a buffer holds nothing to dispose of; it lives as long as its shard.
internal sealed class JsonScratch
#pragma warning restore CA1001
{
    private const int MaxKeptBytes = 65_536;

    private ArrayBufferWriter<byte> _buffer = new(1_024);
    private readonly Utf8JsonWriter _json;

    public JsonScratch() => _json = new Utf8JsonWriter(_buffer, new JsonWriterOptions { SkipValidation = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>The writer as it stands.</summary>
    public Utf8JsonWriter Json => _json;

    /// <summary>What was written since <see cref="Begin"/>.</summary>
    public ReadOnlySpan<byte> Written
    {
        get
        {
            _json.Flush();
            return _buffer.WrittenSpan;
        }
    }

    /// <summary>Forgets what was written and begins anew.</summary>
    public Utf8JsonWriter Begin()
    {
        if (_buffer.Capacity > MaxKeptBytes)
        {
            _buffer = new ArrayBufferWriter<byte>(1_024);
        }
        else
        {
            _buffer.ResetWrittenCount();
        }

        _json.Reset(_buffer);
        return _json;
    }
}
