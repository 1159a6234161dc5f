using System.Text.RegularExpressions;

namespace WsPrism.Configuration.Yaml;

/// <summary>Types of plain scalars, YAML 1.2.2 section 10.3.2. Quoted scalars are text, and so are <c>yes</c>, <c>on</c> and <c>1:30</c>.</summary>
internal static partial class CoreSchema
{
    public static ScalarKind KindOf(YamlScalar scalar)
    {
        if (!scalar.Plain)
            return ScalarKind.Text;
        return scalar.Text switch
        {
            "" or "~" or "null" or "Null" or "NULL" => ScalarKind.Null,
            "true" or "True" or "TRUE" or "false" or "False" or "FALSE" => ScalarKind.Boolean,
            var text when Integer().IsMatch(text) => ScalarKind.Integer,
            var text when Float().IsMatch(text) => ScalarKind.Float,
            _ => ScalarKind.Text,
        };
    }

    [GeneratedRegex(@"^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Integer();

    [GeneratedRegex(@"^(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\z", RegexOptions.CultureInvariant)]
    private static partial Regex Float();
}
