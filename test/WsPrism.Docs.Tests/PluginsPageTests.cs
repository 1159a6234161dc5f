using System.Text.RegularExpressions;

namespace WsPrism.Docs.Tests;

public sealed partial class PluginsPageTests
{
    private static readonly Page Plugins = Page.Of("docs/plugins.md");

    // What the page shows as typed and printed is typed and printed, where the sample was built.
    [Fact]
    public async Task The_commands_print_what_the_page_shows()
    {
        var sessions = Plugins.Blocks.Where(block => block.Info == "console").SelectMany(block => Sessions().Matches(block.Body)).ToArray();

        Assert.NotEmpty(sessions);
        foreach (var session in sessions)
        {
            var start = Programs.Dotnet("wsprism.dll", Words().Matches(session.Groups["args"].Value).Select(word => word.Value.Trim('\'')));
            start.WorkingDirectory = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../NativeGuess", new DirectoryInfo(AppContext.BaseDirectory).Name));

            var (exitCode, output) = await Programs.RunAsync(start);

            Assert.Equal(0, exitCode);
            Assert.Equal(session.Groups["output"].Value, output);
        }
    }

    // It is part of what is built and tested elsewhere.
    [Fact]
    public void The_code_of_the_page_is_code_that_runs()
    {
        string[] sources = ["templates/wsprism-plugin/GreetingService.cs", "test/WsPrism.TestPlugin/Services.cs", "test/WsPrism.TestPlugin/Scores.cs"];
        var code = string.Join('\n', sources.Select(source => File.ReadAllText(Repository.PathOf(source))));

        var blocks = Plugins.Blocks.Where(block => block.Info == "csharp").ToArray();

        Assert.NotEmpty(blocks);
        Assert.All(blocks, block => Assert.Contains(block.Body, code));
    }

    [GeneratedRegex(@"^\$ wsprism (?<args>[^\n]*)\n(?<output>(?:(?!\$ )[^\n]*\n)*)", RegexOptions.Multiline)]
    private static partial Regex Sessions();

    [GeneratedRegex(@"'[^']*'|\S+")]
    private static partial Regex Words();
}
