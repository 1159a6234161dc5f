using System.Text;
using System.Text.Json.Nodes;
using WsPrism.Configuration.Yaml;
using WsPrism.Core.Configuration;

namespace WsPrism.Configuration.Description;

/// <summary>A file in PEM, read when the configuration is; its path is relative to the configuration file. A rule of the section judges what is in it.</summary>
internal sealed class PemFileSpec : ScalarSpec<PemFile?>
{
    private const int MaxBytes = 64 * 1024;

    public override string Expected => "the path of a file that can be read";

    public override string TableText => "path of a PEM file of at most 64 KiB, relative to the configuration file";

    public override JsonNode? ToJson(PemFile? value) => value is null ? null : JsonValue.Create(value.Path);

    protected override JsonObject ToPlainSchema() => new() { ["type"] = "string", ["minLength"] = 1 };

    protected override string? Parse(ConfigScalar scalar, ConfigReading reading, out PemFile? value)
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

            // PEM is ASCII; what is not becomes a character that no PEM has.
            value = new(path, Encoding.ASCII.GetString(bytes));
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Wrong(scalar);
        }
    }
}
