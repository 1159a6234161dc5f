using System.Text;

namespace WsPrism.ApiDoc;

/// <summary>The page of a package: its types by namespace, each in a line.</summary>
internal static class PackagePage
{
    public static string Of(Package package, MarkdownWriter writer)
    {
        var page = new StringBuilder($"# {package.Name}\n\n");
        foreach (var group in package.Types.GroupBy(type => type.Namespace!).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            page.Append($"## Namespace {group.Key}\n\n| type | |\n| --- | --- |\n");
            foreach (var type in group)
                page.Append($"| {writer.Link(MemberId.Of(type), package)} | {writer.Line(package.About(type)?.Element("summary"), package)} |\n");
            page.Append('\n');
        }

        return page.ToString();
    }
}
