using System.Text.Json.Nodes;
using WsPrism.Configuration.Yaml;

namespace WsPrism.Configuration.Description;

/// <summary>
/// What a value must be. Loading, error messages, the JSON Schema and the reference page all come from this one description.
/// </summary>
internal abstract class ValueSpec
{
    /// <summary>Continues "must be …".</summary>
    public abstract string Expected { get; }

    /// <summary>The same in a table of the reference page.</summary>
    public virtual string TableText => Expected;

    /// <summary>Sections that the reference page lists on their own: this one, or those of the entries.</summary>
    public virtual ISectionSpec? Section => null;

    public abstract JsonObject ToSchema();

    public static string Got(YamlNode node) => node switch
    {
        YamlSequence => "a list",
        YamlMapping => "a mapping",
        YamlScalar scalar => Shown.Scalar(scalar),
        _ => "an alias",
    };
}

/// <summary>A <see cref="ValueSpec"/> whose values have a type.</summary>
internal abstract class ValueSpec<T> : ValueSpec
{
    /// <summary>Reads the node; false where it is wrong, which is then reported.</summary>
    public abstract bool TryRead(YamlNode node, string path, ConfigReading reading, out T value);

    /// <summary>A default of this type as JSON; null where there is nothing to show.</summary>
    public abstract JsonNode? ToJson(T value);
}
