using System.Text.RegularExpressions;

namespace WsPrism.Docs.Tests;

public sealed partial class CommandLineTests
{
    [Fact]
    public async Task Every_command_and_option_in_the_pages_exists()
    {
        var uses = Page.All.SelectMany(page => CommandLines(page)).ToArray();

        Assert.NotEmpty(uses);
        foreach (var command in uses.GroupBy(use => use.Command, use => use.Options))
        {
            var (exitCode, help) = await Programs.RunAsync(Programs.Dotnet("wsprism.dll", [.. command.Key.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]));
            Assert.True(exitCode == 0, $"There is no command 'wsprism {command.Key}'.");
            Assert.All(command.SelectMany(options => options).Distinct(), option => Assert.Contains(option, help));
        }
    }

    // What getting started shows as typed and printed is typed and printed, in a starter that is changed as the page goes on.
    [Fact]
    public async Task The_commands_of_getting_started_print_what_the_page_shows()
    {
        var page = Page.Of("docs/getting-started.md");
        var folder = Directory.CreateTempSubdirectory().FullName;
        await RunAsync(folder, "new", "hello");
        var starter = Path.Combine(folder, "hello");
        var count = 0;

        foreach (var block in page.Blocks)
        {
            if (Diff.Is(block))
                Diff.Apply(block, starter);
            IEnumerable<Match> sessions = block.Info == "console" ? Sessions().Matches(block.Body) : [];
            foreach (var session in sessions)
            {
                count++;
                Assert.Equal(session.Groups["output"].Value, await RunAsync(starter, Words().Matches(session.Groups["args"].Value).Select(word => word.Value.Trim('\''))));
            }
        }

        Assert.Equal(3, count);
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<string> RunAsync(string folder, params IEnumerable<string> args)
    {
        var start = Programs.Dotnet("wsprism.dll", args);
        start.WorkingDirectory = folder;
        var (exitCode, output) = await Programs.RunAsync(start);
        Assert.True(exitCode == 0, output);
        return output;
    }

    private static IEnumerable<(string Command, string[] Options)> CommandLines(Page page)
    {
        var inBlocks = page.Blocks.Where(block => block.Info is "sh" or "console" or "ini").SelectMany(block => block.Lines);
        var inProse = InlineCode().Matches(page.Prose).Select(match => match.Groups[1].Value);
        return inBlocks.Concat(inProse).SelectMany(line => Use().Matches(line)).Select(match => (
            match.Groups["command"].Value.Trim(), Option().Matches(match.Groups["rest"].Value).Select(option => option.Value).ToArray()));
    }

    [GeneratedRegex(@"(?:^|[\s/])wsprism(?<command>(?: (?:start|new|validate|policy explain|plugin test))?)(?=\s|$)(?<rest>[^#|&;]*)")]
    private static partial Regex Use();

    [GeneratedRegex(@"(?<=\s)--[a-z-]+")]
    private static partial Regex Option();

    [GeneratedRegex(@"`([^`\n]+)`")]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"^\$ wsprism (?<args>[^\n]*)\n(?<output>(?:(?!\$ )[^\n]*\n)*)", RegexOptions.Multiline)]
    private static partial Regex Sessions();

    [GeneratedRegex(@"'[^']*'|\S+")]
    private static partial Regex Words();
}
