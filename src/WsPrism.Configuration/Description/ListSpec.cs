using System.Text.Json.Nodes;
using WsPrism.Configuration.Yaml;

namespace WsPrism.Configuration.Description;

/// <summary>A list of values of one kind, none of them twice.</summary>
internal sealed class ListSpec<T> : ValueSpec<IReadOnlyList<T>>
{
    private readonly ValueSpec<T> _item;

    public ListSpec(ValueSpec<T> item)
    {
        _item = item;
    }

    public int Min { get; init; }

    public int Max { get; init; } = int.MaxValue;

    /// <summary>What must differ from entry to entry, and the key it is written at; the whole entry unless told.</summary>
    public Func<T, object?> Identity { get; init; } = item => item;

    public string IdentityKey { get; init; } = "";

    public override string Expected => "a list";

    public override string TableText => _item is ISectionSpec ? "list of" : $"list: {_item.TableText}";

    public override ISectionSpec? Section => _item.Section;

    public override bool TryRead(YamlNode node, string path, ConfigReading reading, out IReadOnlyList<T> value)
    {
        value = [];
        if (!reading.Accept(node, path))
            return false;
        if (node is not YamlSequence list)
        {
            var got = node is YamlScalar && _item is ScalarSpec<T> { Secret: true } ? "something else (not shown)" : Got(node);
            reading.Error(path, $"must be {Expected}, got {got}" + (node is YamlScalar ? ": write [a, b], or one \"- entry\" a line" : ""));
            return false;
        }

        if (list.Items.Count < Min || list.Items.Count > Max)
            reading.Error(path, Max == int.MaxValue ? $"must have at least {Min} entry, got {list.Items.Count}" : $"must have {Min} to {Max} entries, got {list.Items.Count}");
        value = ReadItems(list, path, reading);
        return true;
    }

    public override JsonNode? ToJson(IReadOnlyList<T> value) => new JsonArray([.. value.Select(_item.ToJson)]);

    public override JsonObject ToSchema()
    {
        var schema = new JsonObject { ["type"] = "array", ["items"] = _item.ToSchema() };
        if (Min > 0)
            schema["minItems"] = Min;
        if (Max < int.MaxValue)
            schema["maxItems"] = Max;
        if (IdentityKey.Length == 0)
            schema["uniqueItems"] = true;
        return schema;
    }

    // A wrong entry keeps its place as a default, so that rules can go by number; the list is thrown away with the errors.
    private T[] ReadItems(YamlSequence list, string path, ConfigReading reading)
    {
        var values = new T[list.Items.Count];
        var seen = new Dictionary<object, int>();
        for (var i = 0; i < values.Length; i++)
        {
            var itemPath = ConfigPath.Item(path, i);
            reading.Source.Add(itemPath, list.Items[i].At);
            var good = _item.TryRead(list.Items[i], itemPath, reading, out values[i]);
            if (good && Identity(values[i]) is { } identity && !reading.Failed(ConfigPath.Join(itemPath, IdentityKey)) && !seen.TryAdd(identity, i))
                ReportTwice(path, i, seen[identity], reading);
        }

        return values;
    }

    private void ReportTwice(string path, int index, int first, ConfigReading reading)
    {
        var firstPath = ConfigPath.Join(ConfigPath.Item(path, first), IdentityKey);
        var line = reading.Source.Find(firstPath).Line;
        reading.Error(ConfigPath.Join(ConfigPath.Item(path, index), IdentityKey), $"must be unique in the list, {firstPath} on line {line} is the same");
    }
}
