namespace WsPrism.Docs.Tests;

public sealed class ClientPageTests
{
    // It is part of what WsPrism.Client.Tests builds and runs, where it stands further to the right.
    [Theory]
    [InlineData("docs/client-dotnet.md", "PageExamples")]
    [InlineData("docs/coming-from/signalr.md", "ComingFromSignalR")]
    public void The_code_of_the_page_is_code_that_runs(string page, string examples)
    {
        var code = Flush(File.ReadAllText(Repository.PathOf($"test/WsPrism.Client.Tests/Examples/{examples}.cs")));

        var blocks = Page.Of(page).Blocks.Where(block => block.Info == "csharp").ToArray();

        Assert.NotEmpty(blocks);
        Assert.All(blocks, block => Assert.Contains(Flush(block.Body), code));
    }

    private static string Flush(string code) => string.Join('\n', code.Split('\n').Select(line => line.TrimStart()));
}
