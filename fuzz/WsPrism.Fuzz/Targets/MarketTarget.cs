using System.Text;
using System.Text.Json;
using WsPrism.Core.Market;
using WsPrism.Services.Market;

namespace WsPrism.Fuzz.Targets;

/// <summary>
/// What clients and publishers of the market send: the instruments of a subscription are read the same as by another reader, and a value that is taken for JSON is
/// JSON wherever it is put into an envelope.
/// </summary>
internal sealed class MarketTarget : IFuzzTarget
{
    private const int MaxLevels = 28;

    public string Name => "market";

    public IEnumerable<byte[]> Seeds { get; } =
    [
        .. new[]
        {
            """{"keys":[1,2,3]}""", """{"keys":[4294967295,0,0],"max_hz":2.5,"format":"json"}""", """{"\u006beys":[7],"keys":[8]}""", """{"keys":[1e1,-0,1.0]}""",
            """{"bid":1.5,"ask":[2,"x"]}""", "12.5", "\"text\"",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    public IEnumerable<byte[]> Dictionary { get; } =
        [.. new[] { "\"keys\":", "[", "]", "4294967296", "-1", "1e9", "\\ud800", "\"max_hz\":", "\"format\":", "null", "[[[[[[[[[[[[[[", "]]]]]]]]]]]]]]", "\u00ff" }.Select(Encoding.Latin1.GetBytes)];

    public void Run(ReadOnlySpan<byte> input)
    {
        CheckValue(input);
        using var document = Parse(input.ToArray(), maxDepth: 64);
        var keys = document is null ? null : MarketKeys.TryRead(input);
        try
        {
            if (document is not null)
            {
                CheckKeys(keys, document.RootElement);
            }
        }
        catch (InvalidOperationException)
        {
            // The document cannot say the name of a field that has half of a surrogate pair.
        }
    }

    private static void CheckKeys(uint[]? keys, JsonElement data)
    {
        var isRight = TryRead(data, out var expected);
        BrokenInvariantException.ThrowIfNot(keys is not null == isRight, "both readers take it, or none");
        BrokenInvariantException.ThrowIfNot(keys is null || keys.SequenceEqual(expected), "both read the same, in order and each once");
    }

    private static bool TryRead(JsonElement data, out uint[] keys)
    {
        keys = [];
        if (data.ValueKind != JsonValueKind.Object || !data.TryGetProperty("keys", out var list) || list.ValueKind != JsonValueKind.Array || list.GetArrayLength() == 0)
        {
            return false;
        }

        var found = new SortedSet<uint>();
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetUInt32(out var key))
            {
                return false;
            }

            found.Add(key);
        }

        keys = [.. found];
        return true;
    }

    private static void CheckValue(ReadOnlySpan<byte> input)
    {
        var value = default(LastValue);
        value.Set(route: 1, isReliable: false, seq: 1, input);
        using var document = Parse(input.ToArray(), MaxLevels);
        BrokenInvariantException.ThrowIfNot(!value.IsJson || document is not null, "what is taken for JSON is");
    }

    private static JsonDocument? Parse(byte[] input, int maxDepth)
    {
        try
        {
            return JsonDocument.Parse(input, new JsonDocumentOptions { MaxDepth = maxDepth });
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
