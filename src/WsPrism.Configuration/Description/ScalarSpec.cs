using System.Text.Json.Nodes;
using WsPrism.Configuration.Yaml;

namespace WsPrism.Configuration.Description;

/// <summary>A value that is written on one line; here <c>${…}</c> is replaced.</summary>
internal abstract class ScalarSpec<T> : ValueSpec<T>
{
    /// <summary>True where messages must not repeat the value.</summary>
    public bool Secret { get; init; }

    public sealed override bool TryRead(YamlNode node, string path, ConfigReading reading, out T value)
    {
        value = default!;
        if (!reading.Accept(node, path))
            return false;
        if (node is not YamlScalar scalar)
        {
            reading.Error(path, $"must be {Expected}, got {Got(node)}");
            return false;
        }

        if (!Substitution.TryExpand(scalar.Text, reading, out var text, out var substituted, out var problem))
        {
            reading.Error(path, problem);
            return false;
        }

        if (substituted)
            reading.Substituted.Add(path);
        var kind = substituted ? ScalarKind.Substituted : CoreSchema.KindOf(scalar);
        var error = Parse(new(text, kind, Show(scalar, kind)), reading, out value);
        if (error is null)
            return true;
        reading.Error(path, error);
        return false;
    }

    public sealed override JsonObject ToSchema() => new()
    {
        ["anyOf"] = new JsonArray(ToPlainSchema(), new JsonObject { ["$ref"] = "#/$defs/substitution" }),
    };

    protected abstract JsonObject ToPlainSchema();

    /// <summary>The message that says why not, or null where the value is right.</summary>
    protected abstract string? Parse(ConfigScalar scalar, ConfigReading reading, out T value);

    protected string Wrong(ConfigScalar scalar, string hint = "") => $"must be {Expected}, got {scalar.Shown}{(scalar.Substituted ? "" : hint)}";

    private string Show(YamlScalar scalar, ScalarKind kind) => kind switch
    {
        ScalarKind.Substituted => $"the value of {Shown.Quote(scalar.Text)}",
        not ScalarKind.Null when Secret => "something else (not shown)",
        _ => Shown.Scalar(scalar),
    };
}
