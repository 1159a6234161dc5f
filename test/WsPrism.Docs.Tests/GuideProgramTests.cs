using WsPrism.JavaScript.Tests;

namespace WsPrism.Docs.Tests;

/// <summary>Runs the program of a guide with the client library, against a gateway with the guide's configuration.</summary>
public sealed class GuideProgramTests
{
    private const string Key = "a-key-of-the-guides-0123456789abcdef";

    [Theory]
    [InlineData("docs/guides/market.md")]
    [InlineData("docs/guides/collaboration.md")]
    public async Task The_program_of_a_guide_prints_what_the_guide_shows(string name)
    {
        var missing = await NpmReady.ReadyAsync();
        Assert.SkipWhen(missing is not null, missing ?? string.Empty);
        var page = Page.Of(name);
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            foreach (var script in page.Blocks.Where(block => block.Info == "lua"))
                await File.WriteAllTextAsync(Path.Combine(folder.FullName, "doc.lua"), script.Body);
            var yaml = page.Blocks.First(block => block.Info == "yaml").Body.Replace("${ACME_API_KEY}", Key).Replace("file: doc.lua", $"file: {folder.FullName}/doc.lua");
            await using var gateway = await RunningGateway.StartAsync(yaml);

            var (exitCode, output) = await Programs.RunAsync(await ProgramAsync(folder.FullName, gateway.Redirect(page.Blocks.Single(block => block.Info == "js").Body)));

            Assert.True(exitCode == 0, output);
            Assert.Equal(page.Blocks.Single(block => block.Info == "text").Body, output);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // As in a project that has installed the package.
    private static async Task<System.Diagnostics.ProcessStartInfo> ProgramAsync(string folder, string text)
    {
        Directory.CreateDirectory(Path.Combine(folder, "node_modules"));
        Directory.CreateSymbolicLink(Path.Combine(folder, "node_modules", "wsprism"), Repository.PathOf("clients/js"));
        await File.WriteAllTextAsync(Path.Combine(folder, "guide.mjs"), text);
        var start = Programs.Of("node", Path.Combine(folder, "guide.mjs"));
        start.Environment["ACME_API_KEY"] = Key;
        return start;
    }
}
