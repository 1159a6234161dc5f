using System.Linq.Expressions;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using WsPrism.Configuration.Yaml;

namespace WsPrism.Configuration.Description;

/// <summary>
/// A section, described key by key over its record: names come from the properties (<c>PerIpRps</c> is <c>per_ip_rps</c>), defaults from
/// the record itself.
/// </summary>
internal sealed class SectionSpec<T> : ValueSpec<T>, ISectionSpec
    where T : class
{
    private readonly List<KeySpec> _keys = [];
    private readonly List<string> _later = [];
    private readonly List<Func<T, SectionScope, T>> _rules = [];
    private readonly T _defaults = Activator.CreateInstance<T>();

    public IReadOnlyList<KeySpec> Keys => _keys;

    public Type RecordType => typeof(T);

    public override string Expected => "a mapping";

    public override string TableText => "section";

    public override ISectionSpec Section => this;

    public SectionSpec<T> Key<TValue>(Expression<Func<T, TValue>> property, ValueSpec<TValue> value, string doc, bool required = false, Taking taking = Taking.AtOnce)
    {
        var info = (PropertyInfo)((MemberExpression)property.Body).Member;
        var inRecord = (TValue)info.GetValue(_defaults)!;
        var defaultJson = required || inRecord is null || value is ISectionSpec ? null : value.ToJson(inRecord);
        _keys.Add(new(JsonNamingPolicy.SnakeCaseLower.ConvertName(info.Name), doc, required, value, defaultJson, info, Load) { Taking = taking });
        return this;

        void Load(object section, YamlNode node, string path, ConfigReading reading)
        {
            if (value.TryRead(node, path, reading, out var read))
                info.SetValue(section, read);
        }
    }

    /// <summary>Names keys that a later version will have, so that the refusal can say so.</summary>
    public SectionSpec<T> Later(params string[] keys)
    {
        _later.AddRange(keys);
        return this;
    }

    /// <summary>Adds a rule about several keys at once; it returns the section, changed where one key decides another's default.</summary>
    public SectionSpec<T> Rule(Func<T, SectionScope, T> rule)
    {
        _rules.Add(rule);
        return this;
    }

    public override bool TryRead(YamlNode node, string path, ConfigReading reading, out T value)
    {
        value = Activator.CreateInstance<T>();
        if (!reading.Accept(node, path))
            return false;
        if (node is not YamlMapping mapping)
        {
            reading.Error(path, $"must be {Expected}, got {Got(node)}");
            return false;
        }

        ReadKeys(mapping, value, path, reading);
        var scope = new SectionScope(path, reading);
        value = _rules.Aggregate(value, (section, rule) => rule(section, scope));
        return true;
    }

    public override JsonNode? ToJson(T value) => null;

    public override JsonObject ToSchema()
    {
        var schema = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject(_keys.Select(key => KeyValuePair.Create(key.Name, (JsonNode?)key.ToSchema()))),
            ["additionalProperties"] = false,
        };
        if (_keys.Any(key => key.Required))
            schema["required"] = new JsonArray([.. _keys.Where(key => key.Required).Select(key => JsonValue.Create(key.Name))]);
        return schema;
    }

    private void ReadKeys(YamlMapping mapping, T section, string path, ConfigReading reading)
    {
        var written = new Dictionary<string, YamlPosition>(StringComparer.Ordinal);
        foreach (var entry in mapping.Entries)
        {
            var key = entry.Key;
            var keyPath = ConfigPath.Key(path, key.Text);
            if (key.Refusal is not null)
                reading.Error(key.At, keyPath, key.Refusal);
            else if (!written.TryAdd(key.Text, key.At))
                reading.Error(key.At, keyPath, $"duplicate key, it is written on line {written[key.Text].Line} before");
            else if (_keys.Find(known => known.Name == key.Text) is { } spec)
                ReadKey(spec, entry, section, keyPath, reading);
            else
                reading.Error(key.At, keyPath, UnknownMessage(key.Text));
        }

        foreach (var missing in _keys.Where(key => key.Required && !written.ContainsKey(key.Name)))
            reading.Error(ConfigPath.Join(path, missing.Name), $"is required: {missing.Doc}");
    }

    private static void ReadKey(KeySpec spec, YamlEntry entry, T section, string path, ConfigReading reading)
    {
        reading.Source.Add(path, entry.At);
        if (entry.Value is YamlScalar { Refusal: null } scalar && CoreSchema.KindOf(scalar) == ScalarKind.Null)
            reading.Error(path, spec.NothingMessage());
        else
            spec.Load(section, entry.Value, path, reading);
    }

    private string UnknownMessage(string key)
    {
        if (_later.Contains(key))
            return "unknown key: this version does not have it yet";
        var names = _keys.Select(known => known.Name).ToList();
        var meant = Suggestion.For(key, names);
        return "unknown key" + (meant.Length > 0 ? meant : $"; known here: {string.Join(", ", names)}");
    }
}
