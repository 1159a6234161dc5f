using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using WsPrism.Configuration.Yaml;

namespace WsPrism.Configuration.Description;

/// <summary>A whole number in a range.</summary>
internal sealed partial class IntSpec : ScalarSpec<int>
{
    public IntSpec(int min, int max)
    {
        Min = min;
        Max = max;
    }

    public int Min { get; }

    public int Max { get; }

    public override string Expected => Min == Max ? $"{Min}" : $"an integer from {Min} to {Max}";

    public override string TableText => (Min, Max) switch
    {
        (var min, int.MaxValue) => $"integer, at least {min}",
        var (min, max) when min == max => $"{min}",
        var (min, max) => string.Create(CultureInfo.InvariantCulture, $"integer, {min:N0} to {max:N0}"),
    };

    /// <summary>Reads digits only: no sign but minus, no leading zeros, no separators, no other base.</summary>
    public bool TryParse(string text, out int value)
    {
        value = 0;
        return Digits().IsMatch(text) && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && value >= Min && value <= Max;
    }

    public override JsonNode? ToJson(int value) => value;

    protected override JsonObject ToPlainSchema() =>
        Min == Max ? new() { ["const"] = Min } : new() { ["type"] = "integer", ["minimum"] = Min, ["maximum"] = Max };

    protected override string? Parse(ConfigScalar scalar, ConfigReading reading, out int value)
    {
        value = 0;
        if (scalar.Is(ScalarKind.Integer) && TryParse(scalar.Text, out value))
            return null;
        return Wrong(scalar, scalar.Kind switch
        {
            ScalarKind.Text when Digits().IsMatch(scalar.Text) => " (a string: leave the quotes out)",
            ScalarKind.Text when scalar.Text.Replace("_", "", StringComparison.Ordinal).All(char.IsAsciiDigit) => " (no separators between digits)",
            ScalarKind.Integer when !Digits().IsMatch(scalar.Text) => " (decimal digits only, no sign and no leading zeros)",
            _ => "",
        });
    }

    [GeneratedRegex(@"^-?(?:0|[1-9][0-9]*)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Digits();
}
