namespace WsPrism.Configuration.Tests;

/// <summary>A file and all that is to be said about it, from <c>errors.txt</c>.</summary>
public sealed record ErrorCase(string Name, string Text, IReadOnlyList<string> Expected)
{
    private const string CaseMark = "=== ";
    private const string ExpectMark = "--->";

    public static IReadOnlyList<ErrorCase> All { get; } = Read(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "errors.txt")));

    private static ErrorCase[] Read(string cases) =>
        [.. ("\n" + cases).Split("\n" + CaseMark).Skip(1).Select(Parse)];

    private static ErrorCase Parse(string block)
    {
        var nameEnd = block.IndexOf('\n', StringComparison.Ordinal);
        var parts = block[(nameEnd + 1)..].Split(ExpectMark);
        Assert.True(parts.Length == 2, $"{block[..nameEnd]}: one \"--->\" is needed.");
        return new(block[..nameEnd], parts[0], parts[1].Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
