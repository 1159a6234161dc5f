using System.Text.Json.Nodes;
using WsPrism.Configuration.Yaml;

namespace WsPrism.Configuration.Description;

/// <summary>True or false.</summary>
internal sealed class BoolSpec : ScalarSpec<bool>
{
    public override string Expected => "true or false";

    public override JsonNode? ToJson(bool value) => value;

    protected override JsonObject ToPlainSchema() => new() { ["type"] = "boolean" };

    protected override string? Parse(ConfigScalar scalar, ConfigReading reading, out bool value)
    {
        value = scalar.Text is "true" or "True" or "TRUE";
        if (scalar.Is(ScalarKind.Boolean) && (value || scalar.Text is "false" or "False" or "FALSE"))
            return null;
        return Wrong(scalar, scalar.Text.ToLowerInvariant() switch
        {
            "true" or "false" => " (a string: leave the quotes out)",
            "yes" or "on" or "y" or "1" => ", did you mean true?",
            "no" or "off" or "n" or "0" => ", did you mean false?",
            _ => "",
        });
    }
}
