using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace WsPrism.ApiDoc;

/// <summary>Turns the words of XML documentation into Markdown, with links between the pages of all packages.</summary>
internal sealed partial class MarkdownWriter(IEnumerable<Package> packages)
{
    private readonly Dictionary<string, (Package Package, Type Type)> _pages =
        packages.SelectMany(package => package.Types.Select(type => (package, type))).ToDictionary(page => MemberId.Of(page.type), page => (page.package, page.type));

    /// <summary>Paragraphs, lists and code of an element, as seen from a page of a package; an empty text where there is no such element.</summary>
    public string Blocks(XElement? element, Package from)
    {
        if (element is null)
            return string.Empty;

        var text = new StringBuilder();
        foreach (var node in element.Nodes())
        {
            text.Append(node switch
            {
                XElement { Name.LocalName: "para" } para => $"\n\n{Blocks(para, from)}\n\n",
                XElement { Name.LocalName: "code" } code => $"\n\n```csharp\n{Unindented(code.Value)}\n```\n\n",
                XElement { Name.LocalName: "list" } list => $"\n\n{string.Join('\n', list.Elements("item").Select(item => "- " + Line(item, from)))}\n\n",
                _ => Inline(node, from),
            });
        }

        return TooManyLines().Replace(text.ToString(), "\n\n").Trim();
    }

    /// <summary>The same on one line, as a table's cell has it.</summary>
    public string Line(XElement? element, Package from) =>
        element is null ? string.Empty : Spaces().Replace(string.Concat(element.Nodes().Select(node => Inline(node, from))), " ").Trim().Replace("|", "\\|", StringComparison.Ordinal);

    /// <summary>A link to a type's page, or its name as code where it has none.</summary>
    public string Link(string id, Package from)
    {
        var (kind, name) = (id[0], id[2..].Split('(')[0]);
        var owner = kind == 'T' ? id : "T:" + name[..name.LastIndexOf('.')];
        var member = kind == 'T' ? null : name[(name.LastIndexOf('.') + 1)..].Split('`')[0];
        if (!_pages.TryGetValue(owner, out var page))
            return $"`{Short(kind, name)}`";

        var file = (page.Package == from ? "./" : $"../{page.Package.Name}/") + Package.FileOf(page.Type) + ".md";
        if (member is null)
            return $"[`{TypeName.Of(page.Type)}`]({file})";
        var shown = member == "#ctor" ? TypeName.Of(page.Type) : $"{TypeName.Of(page.Type)}.{member}";
        return page.Type.IsEnum ? $"[`{shown}`]({file})" : $"[`{shown}`]({file}#{(member == "#ctor" ? "constructors" : member.StartsWith("op_", StringComparison.Ordinal) ? "operators" : member.ToLowerInvariant())})";
    }

    private string Inline(XNode node, Package from) => node switch
    {
        XText text => Special().Replace(Spaces().Replace(text.Value, " "), "\\$0"),
        XElement { Name.LocalName: "c" or "paramref" or "typeparamref" } code => $"`{code.Attribute("name")?.Value ?? code.Value}`",
        XElement { Name.LocalName: "see" or "seealso" } see when see.Attribute("cref") is { } cref => Link(cref.Value, from),
        XElement { Name.LocalName: "see" or "seealso" } see when see.Attribute("href") is { } href => $"[{(see.Value.Length > 0 ? see.Value : href.Value)}]({href.Value})",
        XElement { Name.LocalName: "see" } see when see.Attribute("langword") is { } word => $"`{word.Value}`",
        XElement element => string.Concat(element.Nodes().Select(child => Inline(child, from))),
        _ => string.Empty,
    };

    // System.Threading.Tasks.Task`1 is Task to a reader; a member is said with its type.
    private static string Short(char kind, string name)
    {
        var parts = name.Split('.');
        return string.Join('.', parts[^(kind == 'T' ? 1 : 2)..].Select(part => part.Split('`')[0]));
    }

    private static string Unindented(string code)
    {
        var lines = code.Trim('\n').TrimEnd().Split('\n');
        var by = lines.Where(line => line.Trim().Length > 0).Select(line => line.Length - line.TrimStart().Length).DefaultIfEmpty().Min();
        return string.Join('\n', lines.Select(line => line.Length >= by ? line[by..] : line));
    }

    [GeneratedRegex(@"\n{3,}")]
    private static partial Regex TooManyLines();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"[\\`*_\[\]<>]")]
    private static partial Regex Special();
}
