using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using WsPrism.Configuration.Description;
using WsPrism.Configuration.Sections;

namespace WsPrism.Configuration;

/// <summary>The reference page of <c>wsprism.yaml</c>: what is true of the whole file, then a table for each section.</summary>
public static class ConfigReference
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The page as Markdown.</summary>
    public static string WriteMarkdown()
    {
        using var stream = typeof(ConfigReference).Assembly.GetManifestResourceStream("reference-intro.md")!;
        using var intro = new StreamReader(stream);
        var page = new StringBuilder(intro.ReadToEnd().ReplaceLineEndings("\n"));
        WriteSection(page, "", RootSection.Root, Taking.AtOnce);
        return page.ToString();
    }

    private static void WriteSection(StringBuilder page, string path, ISectionSpec section, Taking around)
    {
        page.Append(path.Length == 0 ? "\n## The file\n" : $"\n## `{path}`\n");
        page.Append("\n| key | value | default | meaning | reload |\n| --- | --- | --- | --- | --- |\n");
        foreach (var key in section.Keys)
            page.Append(CultureInfo.InvariantCulture, $"| `{key.Name}` | {Cell(ValueOf(key, path))} | {Cell(DefaultOf(key))} | {Cell(key.Doc)} | {TextOf(TakingOf(key, around), key)} |\n");

        foreach (var key in section.Keys.Where(key => key.Value.Section is not null))
            WriteSection(page, PathOf(key, path), key.Value.Section!, TakingOf(key, around));
    }

    private static string ValueOf(KeySpec key, string path) => key.Value.Section is null ? key.Value.TableText.Replace("*", "\\*", StringComparison.Ordinal) : $"{key.Value.TableText} `{PathOf(key, path)}`";

    private static string DefaultOf(KeySpec key)
    {
        if (key.Required)
            return "**required**";
        return key.Default is null ? "" : $"`{Flow(key.Default)}`";
    }

    // What holds for a section holds for its keys.
    private static Taking TakingOf(KeySpec key, Taking around) => around == Taking.AtOnce ? key.Taking : around;

    private static string TextOf(Taking taking, KeySpec key) => taking switch
    {
        Taking.ByRestart => "**restart**",
        Taking.ForNewcomers => "newcomers",
        _ when key.Value.Section is not null => "",
        _ => "at once",
    };

    // As one would write it in the file.
    private static string Flow(JsonNode value) => value switch
    {
        JsonObject map => "{" + string.Join(", ", map.Select(entry => $"{entry.Key}: {Flow(entry.Value!)}")) + "}",
        JsonValue text when text.GetValueKind() == JsonValueKind.String && text.GetValue<string>() is { Length: > 0 } word && word.All(c => char.IsAsciiLetter(c) || c == '_') => word,
        _ => value.ToJsonString(Plain),
    };

    private static string PathOf(KeySpec key, string path) => ConfigPath.Key(path, key.Name) + (key.Value is ISectionSpec ? "" : "[]");

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
