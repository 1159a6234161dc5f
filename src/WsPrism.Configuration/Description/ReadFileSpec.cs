using System.Text.Json.Nodes;
using WsPrism.Configuration.Yaml;

namespace WsPrism.Configuration.Description;

/// <summary>A file that is read when the configuration is; its path is relative to the configuration file. What is in it is judged elsewhere.</summary>
internal abstract class ReadFileSpec<T>(int maxBytes) : ScalarSpec<T?>
    where T : class
{
    public override string Expected => "the path of a file that can be read";

    public override JsonNode? ToJson(T? value) => value is null ? null : JsonValue.Create(PathOf(value));

    protected override JsonObject ToPlainSchema() => new() { ["type"] = "string", ["minLength"] = 1 };

    protected override string? Parse(ConfigScalar scalar, ConfigReading reading, out T? value)
    {
        value = null;
        if (!scalar.Is(ScalarKind.Text) || scalar.Text.Length == 0 || scalar.Text.Any(char.IsControl))
            return Wrong(scalar);
        var path = Path.GetFullPath(Path.Combine(reading.Folder, scalar.Text));
        try
        {
            var bytes = reading.Environment.ReadFile(path, maxBytes);
            if (bytes.Length > maxBytes)
                return $"must be a file of at most {maxBytes} bytes";
            value = Create(path, bytes);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Wrong(scalar);
        }
    }

    protected abstract string PathOf(T value);

    protected abstract T Create(string path, byte[] bytes);
}
