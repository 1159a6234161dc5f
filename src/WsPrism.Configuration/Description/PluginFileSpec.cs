using System.Text.Json.Nodes;
using WsPrism.Configuration.Yaml;
using WsPrism.Core.Configuration;

namespace WsPrism.Configuration.Description;

/// <summary>A plugin's file, read when the configuration is; its path is relative to the configuration file. What is in it is judged by who runs it.</summary>
internal sealed class PluginFileSpec : ScalarSpec<PluginFile?>
{
    public const int MaxBytes = 64 * 1024 * 1024;

    public override string Expected => "the path of a file that can be read";

    public override string TableText => "path of a file of at most 64 MiB, relative to the configuration file";

    public override JsonNode? ToJson(PluginFile? value) => value is null ? null : JsonValue.Create(value.Path);

    protected override JsonObject ToPlainSchema() => new() { ["type"] = "string", ["minLength"] = 1 };

    protected override string? Parse(ConfigScalar scalar, ConfigReading reading, out PluginFile? value)
    {
        value = null;
        if (!scalar.Is(ScalarKind.Text) || scalar.Text.Length == 0 || scalar.Text.Any(char.IsControl))
            return Wrong(scalar);
        var path = Path.GetFullPath(Path.Combine(reading.Folder, scalar.Text));
        try
        {
            var bytes = reading.Environment.ReadFile(path, MaxBytes);
            if (bytes.Length > MaxBytes)
                return $"must be a file of at most {MaxBytes} bytes";
            value = new(path, bytes);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Wrong(scalar);
        }
    }
}
