using System.Text.RegularExpressions;

namespace WsPrism.Docs.Tests;

/// <summary>One Markdown file of the repository with its fenced blocks, headings and links.</summary>
internal sealed partial class Page
{
    private Page(string path)
    {
        Path = path;
        Name = System.IO.Path.GetRelativePath(Repository.Root, path).Replace('\\', '/');
        Text = File.ReadAllText(path);
        Blocks = [.. FencedBlock().Matches(Text).Select(match => new Block(Name, match.Groups["info"].Value.Trim(), match.Groups["body"].Value))];
        Prose = FencedBlock().Replace(Text, string.Empty);
    }

    /// <summary>All pages that are written for readers, those of other folders' owners too.</summary>
    public static IReadOnlyList<Page> All { get; } =
    [
        .. Directory.GetFiles(Repository.Root, "*.md")
            .Concat(Written(Repository.PathOf("docs")))
            .Concat(Directory.GetFiles(Repository.PathOf("samples"), "*.md", SearchOption.AllDirectories))
            .Concat(Directory.GetFiles(Repository.PathOf("clients"), "*.md", SearchOption.AllDirectories))
            .Where(path => !path.Contains("node_modules", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).Select(path => new Page(path)),
    ];

    public string Path { get; }

    /// <summary>Path from the repository's root, for messages.</summary>
    public string Name { get; }

    public string Text { get; }

    /// <summary>The text without its fenced blocks.</summary>
    public string Prose { get; }

    public IReadOnlyList<Block> Blocks { get; }

    public static Page Of(string name) => All.Single(page => page.Name == name);

    // Not what the site of the documentation is made of and into, which another test may be making at this moment.
    private static IEnumerable<string> Written(string folder) => Directory.GetFiles(folder, "*.md").Concat(
        Directory.GetDirectories(folder).Where(name => System.IO.Path.GetFileName(name) is not (['.', ..] or "node_modules" or "api" or "repository")).SelectMany(Written));

    /// <summary>What links to headings of this page may say after the <c>#</c>, as GitHub makes them.</summary>
    public IEnumerable<string> Anchors() =>
        Heading().Matches(Prose).Select(match => NotInAnchor().Replace(match.Groups[1].Value.Trim().ToLowerInvariant(), string.Empty).Replace(' ', '-'));

    /// <summary>Targets of links, images too.</summary>
    public IEnumerable<string> Links() => Link().Matches(Prose).Select(match => match.Groups[1].Value);

    [GeneratedRegex(@"^```(?<info>[^\n]*)\n(?<body>.*?)^```\s*$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex FencedBlock();

    [GeneratedRegex(@"^#{1,6} (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\p{L}\p{N}_\- ]")]
    private static partial Regex NotInAnchor();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}

/// <summary>A fenced block: <c>json client</c>, <c>yaml gateway</c>. What stands behind the language says how to read it.</summary>
internal sealed record Block(string Page, string Info, string Body)
{
    /// <summary>The lines that are not empty.</summary>
    public IEnumerable<string> Lines => Body.Split('\n').Where(line => line.Trim().Length > 0);
}
