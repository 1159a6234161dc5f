using System.Text.Json.Nodes;
using WsPrism.Configuration.Yaml;

namespace WsPrism.Configuration.Description;

/// <summary>A file that exists, or one that is made where it is missing; relative to the configuration file, absolute once loaded.</summary>
internal sealed class FileSpec(bool mustExist = true) : ScalarSpec<string>
{
    public override string Expected => mustExist ? "the path of a file that exists" : "the path of a file";

    public override string TableText => mustExist ? "path of a file that exists, relative to the configuration file" : "path of a file, relative to the configuration file";

    public override JsonNode? ToJson(string value) => value is null ? null : JsonValue.Create(value);

    protected override JsonObject ToPlainSchema() => new() { ["type"] = "string", ["minLength"] = 1 };

    protected override string? Parse(ConfigScalar scalar, ConfigReading reading, out string value)
    {
        value = scalar.Text;
        if (!scalar.Is(ScalarKind.Text) || value.Length == 0 || value.Any(char.IsControl))
            return Wrong(scalar);
        value = Path.GetFullPath(Path.Combine(reading.Folder, value));
        return !mustExist || reading.Environment.FileExists(value) ? null : Wrong(scalar);
    }
}
