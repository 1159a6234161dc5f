namespace WsPrism.Docs.Tests;

public sealed class GameGuideTests
{
    [Theory]
    [InlineData("ts sample", "samples/game/src")]
    [InlineData("csharp sample", "samples/bot")]
    public void The_code_of_the_guide_is_that_of_the_samples_which_run_in_tests(string language, string folder)
    {
        var files = Directory.GetFiles(Repository.PathOf(folder), language == "ts sample" ? "*.ts" : "*.cs").Select(path => File.ReadAllText(path).ReplaceLineEndings("\n")).ToArray();

        var blocks = Page.Of("docs/guides/game.md").Blocks.Where(block => block.Info == language).ToArray();

        Assert.NotEmpty(blocks);
        Assert.All(blocks, block => Assert.Contains(files, file => file.Contains(block.Body, StringComparison.Ordinal)));
    }
}
