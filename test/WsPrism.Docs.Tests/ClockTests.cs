namespace WsPrism.Docs.Tests;

public sealed class ClockTests
{
    [Fact]
    public void The_code_of_the_clock_is_that_of_the_demonstration_page_which_a_browser_tests()
    {
        var code = Page.Of("docs/clock.md").Blocks.Single(block => block.Info == "js").Body;

        Assert.Contains(code, File.ReadAllText(Repository.PathOf("src/WsPrism.Gateway/Demo/index.html")).ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }
}
