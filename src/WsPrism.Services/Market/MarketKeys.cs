using System.Text.Json;

namespace WsPrism.Services.Market;

/// <summary>Reads the instruments of a message.</summary>
internal static class MarketKeys
{
    /// <summary>The <c>keys</c> of a message's data in order, each once; null where they are not a list of numbers of instruments, or an empty one.</summary>
    public static uint[]? TryRead(ReadOnlySpan<byte> data)
    {
        if (!JsonFields.TryFind(data, "keys"u8, out var raw) || raw[0] != (byte)'[')
        {
            return null;
        }

        var keys = new List<uint>();
        var reader = new Utf8JsonReader(raw);
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetUInt32(out var key))
            {
                return null;
            }

            keys.Add(key);
        }

        keys.Sort();
        var count = 0;
        for (var i = 0; i < keys.Count; i++)
        {
            if (count == 0 || keys[i] != keys[count - 1])
            {
                keys[count++] = keys[i];
            }
        }

        return count == 0 ? null : [.. keys[..count]];
    }
}
