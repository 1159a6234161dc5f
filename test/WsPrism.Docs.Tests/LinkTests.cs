namespace WsPrism.Docs.Tests;

public sealed class LinkTests
{
    [Fact]
    public void Every_relative_link_leads_to_a_file_and_every_anchor_to_a_heading()
    {
        var broken = Page.All.SelectMany(page => page.Links().Where(link => !Resolves(page, link)).Select(link => $"{page.Name}: {link}"));

        Assert.Empty(broken);
    }

    private static bool Resolves(Page page, string link)
    {
        if (link.StartsWith("https://", StringComparison.Ordinal))
            return true;

        var parts = link.Split('#');
        var target = parts[0].Length == 0 ? page.Path : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(page.Path)!, parts[0]));
        if (parts.Length == 1 || !target.EndsWith(".md", StringComparison.Ordinal))
            return File.Exists(target) || Directory.Exists(target);

        return Page.All.SingleOrDefault(other => other.Path == target)?.Anchors().Contains(parts[1]) == true;
    }
}
