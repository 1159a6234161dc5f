namespace WsPrism.Docs.Tests;

/// <summary>Does to a file what a block <c>diff FILE</c> of a page says: lines with <c>-</c> go, those with <c>+</c> come in their place, or after the line before them.</summary>
internal static class Diff
{
    private const string Info = "diff ";

    public static bool Is(Block block) => block.Info.StartsWith(Info, StringComparison.Ordinal);

    /// <summary>Changes the file in a folder, or fails where it is not as the block says.</summary>
    public static void Apply(Block block, string folder)
    {
        var path = Path.Combine(folder, block.Info[Info.Length..]);
        string Lines(char left) => string.Concat(block.Lines.Where(line => line[0] != left).Select(line => line[1..] + "\n"));
        var text = File.ReadAllText(path);
        Assert.Equal(2, text.Split(Lines('+')).Length);
        File.WriteAllText(path, text.Replace(Lines('+'), Lines('-'), StringComparison.Ordinal));
    }
}
