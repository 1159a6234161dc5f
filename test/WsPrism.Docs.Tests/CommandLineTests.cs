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

    // What getting started shows as typed and printed is typed and printed, in a folder with the page's own file.
    [Fact]
    public async Task The_commands_of_getting_started_print_what_the_page_shows()
    {
        var page = Page.Of("docs/getting-started.md");
        var folder = Directory.CreateTempSubdirectory().FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "wsprism.yaml"), page.Blocks.First(block => block.Info == "yaml").Body);
        var sessions = page.Blocks.Where(block => block.Info == "console").SelectMany(block => Sessions().Matches(block.Body)).ToArray();

        Assert.NotEmpty(sessions);
        foreach (var session in sessions)
        {
            var args = Words().Matches(session.Groups["args"].Value).Select(word => word.Value.Trim('\''));
            var start = Programs.Dotnet("wsprism.dll", args);
            start.WorkingDirectory = folder;

            var (exitCode, output) = await Programs.RunAsync(start);

            Assert.Equal(0, exitCode);
            Assert.Equal(session.Groups["output"].Value, output);
        }

        Directory.Delete(folder, recursive: true);
    }

    private static IEnumerable<(string Command, string[] Options)> CommandLines(Page page)
    {
        var inBlocks = page.Blocks.Where(block => block.Info is "sh" or "console" or "ini").SelectMany(block => block.Lines);
        var inProse = InlineCode().Matches(page.Prose).Select(match => match.Groups[1].Value);
        return inBlocks.Concat(inProse).SelectMany(line => Use().Matches(line)).Select(match => (
            match.Groups["command"].Value.Trim(), Option().Matches(match.Groups["rest"].Value).Select(option => option.Value).ToArray()));
    }

    [GeneratedRegex(@"(?:^|[\s/])wsprism(?<command>(?: (?:start|validate|policy explain|plugin test))?)(?=\s|$)(?<rest>[^#|&;]*)")]
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
