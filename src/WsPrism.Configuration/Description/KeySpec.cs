using System.Reflection;
using System.Text.Json.Nodes;
using WsPrism.Configuration.Yaml;

namespace WsPrism.Configuration.Description;

/// <summary>One key of a section.</summary>
internal sealed record KeySpec(string Name, string Doc, bool Required, ValueSpec Value, JsonNode? Default, PropertyInfo Property, KeySpec.Loader Load)
{
    /// <summary>When another value holds after a reload.</summary>
    public Taking Taking { get; init; }


    /// <summary>Reads the node into the property of <paramref name="section"/> that the key stands for.</summary>
    internal delegate void Loader(object section, YamlNode node, string path, ConfigReading reading);

    public JsonObject ToSchema()
    {
        var schema = new JsonObject { ["description"] = Doc };
        if (Default is not null)
            schema["default"] = Default.DeepClone();
        foreach (var (name, value) in Value.ToSchema())
            schema[name] = value?.DeepClone();
        return schema;
    }

    /// <summary>What to do about a key with nothing behind it.</summary>
    public string NothingMessage()
    {
        var instead = Value is ISectionSpec ? "write its keys below it, indented" : "write a value";
        return $"must be {Value.Expected}, got nothing" + (Required ? "" : $": {instead}, or leave the key out for the default{DefaultText()}");
    }

    private string DefaultText() => Default is null or JsonObject { Count: > 0 } || Value is ISectionSpec ? "" : $" ({Default.ToJsonString()})";
}
