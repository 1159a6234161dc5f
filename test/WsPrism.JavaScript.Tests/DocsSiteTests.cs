using System.Text.RegularExpressions;

namespace WsPrism.JavaScript.Tests;

/// <summary>The site of the documentation (<c>docs</c>): it can be built, and its own tests pass, one test here for each of them.</summary>
[Collection(nameof(NpmReady))]
public sealed partial class DocsSiteTests(DocsSite site) : IClassFixture<DocsSite>
{
    public static TheoryData<string> Names { get; } =
    [
        .. Directory.GetFiles(Repository.PathOf("docs/.vitepress/tests"), "*.test.mjs").Order(StringComparer.Ordinal)
            .SelectMany(file => Test().Matches(File.ReadAllText(file))).Select(match => match.Groups["name"].Value),
    ];

    [Fact]
    public void The_site_can_be_built() => site.AssertBuilt();

    [Theory]
    [MemberData(nameof(Names))]
    public void Its_own_tests_pass(string name) => site.AssertPassed(name);

    [GeneratedRegex("^test\\(\"(?<name>[^\"]+)\"", RegexOptions.Multiline)]
    private static partial Regex Test();
}
