using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using WsPrism.Configuration.Yaml;

namespace WsPrism.Configuration.Description;

/// <summary>Text that follows a pattern.</summary>
internal sealed class TextSpec : ScalarSpec<string>
{
    private readonly Regex _pattern;

    /// <param name="expected">Continues "must be …".</param>
    /// <param name="pattern">What both the loader and the JSON Schema ask; written in the subset that .NET and ECMAScript share.</param>
    public TextSpec(string expected, string pattern)
    {
        Expected = expected;
        _pattern = new(pattern, RegexOptions.CultureInvariant);
    }

    public override string Expected { get; }

    /// <summary>What a pattern cannot say: false where the text is wrong after all.</summary>
    public Func<string, bool> Check { get; init; } = _ => true;

    /// <summary>More about a wrong text, to follow the message; empty where there is nothing to say.</summary>
    public Func<string, string> Hint { get; init; } = _ => "";

    /// <summary>Checks a text that is not a scalar of its own: the key of a mapping.</summary>
    public bool IsMatch(string text) => !text.Any(char.IsControl) && _pattern.IsMatch(text) && Check(text);

    public override JsonNode? ToJson(string value) => value is null ? null : JsonValue.Create(value);

    public JsonObject ToKeySchema() => new() { ["type"] = "string", ["pattern"] = _pattern.ToString() };

    protected override JsonObject ToPlainSchema() => ToKeySchema();

    protected override string? Parse(ConfigScalar scalar, ConfigReading reading, out string value)
    {
        value = scalar.Text;
        if (!scalar.Is(ScalarKind.Text))
            return Wrong(scalar, scalar.Kind == ScalarKind.Null ? "" : " (not a string: put it in quotes)");
        return IsMatch(value) ? null : Wrong(scalar, Hint(value));
    }
}
