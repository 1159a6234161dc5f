using System.Text.Json;
using WsPrism.Client.Ext;
using WsPrism.Protocol.Hot;

namespace WsPrism.Client.Market;

// What one subscription wants, and who hears it. Its two properties that change are the market's.
internal sealed class MarketInterest
{
    private readonly MarketHandler _handler;

    public MarketInterest(IEnumerable<uint> keys, MarketHandler handler, MarketOptions options)
    {
        Keys = [.. keys];
        Options = options;
        _handler = handler;
    }

    public HashSet<uint> Keys { get; }

    public MarketOptions Options { get; }

    public IDisposable? Listening { get; set; }

    /// <summary>Whether the gateway has taken it in once. Until then its own request says what is wanted.</summary>
    public bool IsStanding { get; set; }

    public void Take(in HotFrame frame)
    {
        if (frame.Has(HotFlags.Key) && Keys.Contains(frame.Key))
            _handler(new MarketValue(frame.Key, frame.Opcode, frame.Has(HotFlags.Seq) ? frame.Seq : null, frame.Payload, default));
    }

    public void Take(Message update)
    {
        foreach (var value in update.Data.ListOf("values"))
        {
            if (value.NumberOf("key") is not { } key || key > uint.MaxValue || !Keys.Contains((uint)key))
                continue;

            var seq = value.NumberOf("seq");
            var data = value.Get("data");
            var bytes = value.Get("data_base64") is { ValueKind: JsonValueKind.String } text && text.TryGetBytesFromBase64(out var decoded) ? decoded : [];
            _handler(new MarketValue((uint)key, (byte)value.NumberOf("op", byte.MaxValue), seq is <= uint.MaxValue ? (uint)seq : null, bytes, data));
        }
    }

    public JsonData ToData() => JsonData.Write(writer =>
    {
        writer.WriteStartObject();
        WriteKeys(writer, Keys);
        if (Options.MaxHz is { } hz)
            writer.WriteNumber("max_hz", hz);
        if (Options.Format == MarketFormat.Json)
            writer.WriteString("format", "json");
        writer.WriteEndObject();
    });

    public static void WriteKeys(Utf8JsonWriter writer, IEnumerable<uint> keys)
    {
        writer.WriteStartArray("keys");
        foreach (var key in keys)
            writer.WriteNumberValue(key);
        writer.WriteEndArray();
    }
}
