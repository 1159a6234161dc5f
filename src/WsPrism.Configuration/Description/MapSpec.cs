using System.Text.Json.Nodes;
using WsPrism.Configuration.Yaml;

namespace WsPrism.Configuration.Description;

/// <summary>Names that the operator chooses, each with a value.</summary>
internal sealed class MapSpec<TKey, TValue> : ValueSpec<IReadOnlyDictionary<TKey, TValue>>
    where TKey : notnull
{
    private readonly MapKey<TKey> _key;
    private readonly ValueSpec<TValue> _value;

    public MapSpec(MapKey<TKey> key, ValueSpec<TValue> value)
    {
        _key = key;
        _value = value;
    }

    /// <summary>True where names are secrets: paths then number the entries, and messages do not repeat them.</summary>
    public bool SecretKeys { get; init; }

    /// <summary>Whether name and value go together: the message that says why not, or null.</summary>
    public Func<TKey, TValue, string?> Check { get; init; } = (_, _) => null;

    public override string Expected => "a mapping";

    public override string TableText => $"mapping: {_key.TableText} → {_value.TableText}";

    public override bool TryRead(YamlNode node, string path, ConfigReading reading, out IReadOnlyDictionary<TKey, TValue> value)
    {
        var values = new Dictionary<TKey, TValue>();
        value = values;
        if (!reading.Accept(node, path))
            return false;
        if (node is not YamlMapping map)
        {
            reading.Error(path, $"must be {Expected}, got {(SecretKeys && node is YamlScalar ? "something else (not shown)" : Got(node))}");
            return false;
        }

        for (var i = 0; i < map.Entries.Count; i++)
            ReadEntry(map.Entries[i], i, path, reading, values);
        return true;
    }

    public override JsonNode? ToJson(IReadOnlyDictionary<TKey, TValue> value) =>
        new JsonObject(value.Select(entry => KeyValuePair.Create($"{entry.Key}", _value.ToJson(entry.Value))));

    public override JsonObject ToSchema() => new()
    {
        ["type"] = "object",
        ["propertyNames"] = _key.Schema(),
        ["additionalProperties"] = _value.ToSchema(),
    };

    private void ReadEntry(YamlEntry entry, int index, string path, ConfigReading reading, Dictionary<TKey, TValue> values)
    {
        var entryPath = SecretKeys ? ConfigPath.Item(path, index) : ConfigPath.Key(path, entry.Key.Text);
        reading.Source.Add(entryPath, entry.At);
        if (entry.Key.Refusal is not null)
        {
            reading.Error(entry.Key.At, entryPath, entry.Key.Refusal);
            return;
        }

        var goodKey = _key.TryParse(entry.Key.Text, out var key);
        if (!goodKey)
            reading.Error(entry.Key.At, entryPath, $"the key must be {_key.Expected}" + (SecretKeys ? "" : $", got {Shown.Quote(entry.Key.Text)}"));
        var goodValue = _value.TryRead(entry.Value, entryPath, reading, out var value);
        if (!goodKey)
            return;
        if (values.ContainsKey(key))
            reading.Error(entry.Key.At, entryPath, "duplicate key, it is written before in this mapping");
        else if (goodValue && Check(key, value) is { } problem)
            reading.Error(entryPath, problem);
        values.TryAdd(key, value);
    }
}
