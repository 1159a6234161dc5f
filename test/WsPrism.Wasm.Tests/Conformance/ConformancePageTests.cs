using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace WsPrism.Wasm.Tests.Conformance;

/// <summary>The table in docs/wasm.md is what became of the core test suite. WSPRISM_UPDATE_DOCS=1 writes it anew.</summary>
public sealed class ConformancePageTests
{
    private const string Start = "<!-- conformance: written by ConformancePageTests -->\n";
    private const string End = "<!-- end -->\n";

    [Fact]
    public void The_published_table_is_up_to_date()
    {
        Assert.SkipWhen(SpecSuite.Missing is not null, SpecSuite.Missing ?? string.Empty);
        var path = PathOf("docs/wasm.md");
        var page = File.ReadAllText(path);
        var start = page.IndexOf(Start, StringComparison.Ordinal) + Start.Length;
        var expected = string.Concat(page.AsSpan(0, start), Table([.. SpecSuite.Files.Select(SpecSuite.Run)]), page.AsSpan(page.IndexOf(End, start, StringComparison.Ordinal)));

        if (Environment.GetEnvironmentVariable("WSPRISM_UPDATE_DOCS") == "1")
            File.WriteAllText(path, page = expected);

        Assert.True(page == expected, "docs/wasm.md is out of date: run this test with WSPRISM_UPDATE_DOCS=1 and commit it.");
    }

    private static string Table(SpecResult[] results)
    {
        var table = new StringBuilder();
        table.Append(CultureInfo.InvariantCulture, $"{results.Count(result => result.Failures.Count == 0)} of {results.Length} files pass.\n\n");
        table.Append("| file | passed | failed | text |\n| --- | ---: | ---: | ---: |\n");
        foreach (var result in results)
            table.Append(CultureInfo.InvariantCulture, $"| {result.File} | {result.Passed} | {result.Failures.Count} | {result.Text} |\n");

        table.Append(CultureInfo.InvariantCulture, $"| **all** | {results.Sum(result => result.Passed)} | {results.Sum(result => result.Failures.Count)} | {results.Sum(result => result.Text)} |\n");
        return table.ToString();
    }

    private static string PathOf(string file, [CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", file));
}
