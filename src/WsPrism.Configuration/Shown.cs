using System.Globalization;
using System.Text;
using WsPrism.Configuration.Yaml;

namespace WsPrism.Configuration;

/// <summary>Text of the file as a message shows it: in quotes, short, on one line.</summary>
internal static class Shown
{
    private const int MaxLength = 60;

    /// <summary>Strings in quotes, so that <c>"20"</c> and <c>20</c> differ.</summary>
    public static string Scalar(YamlScalar scalar) => CoreSchema.KindOf(scalar) switch
    {
        ScalarKind.Null => "nothing",
        ScalarKind.Text => Quote(scalar.Text),
        _ => Quote(scalar.Text).Trim('"'),
    };

    public static string Quote(string text)
    {
        var shown = new StringBuilder("\"");
        foreach (var rune in text.EnumerateRunes())
        {
            if (shown.Length > MaxLength)
                return shown.Append("…\"").ToString();
            if (Rune.IsControl(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Format)
                shown.Append("\\u").Append(rune.Value.ToString("x4", CultureInfo.InvariantCulture));
            else
                shown.Append(rune.Value is '"' or '\\' ? "\\" : "").Append(rune.ToString());
        }

        return shown.Append('"').ToString();
    }
}
