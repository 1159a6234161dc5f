namespace WsPrism.Configuration.Tests;

/// <summary>The schema and the reference page are committed. WSPRISM_UPDATE_DOCS=1 writes them anew.</summary>
public sealed class PublishedFilesTests
{
    [Fact]
    public void The_committed_schema_is_up_to_date() => AssertSame("docs/wsprism.schema.json", ConfigSchema.WriteJson());

    [Fact]
    public void The_committed_reference_page_is_up_to_date() => AssertSame("docs/configuration.md", ConfigReference.WriteMarkdown());

    private static void AssertSame(string file, string content)
    {
        var path = Repository.PathOf(file);
        if (Environment.GetEnvironmentVariable("WSPRISM_UPDATE_DOCS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, content);
        }

        Assert.True(File.Exists(path) && File.ReadAllText(path) == content, $"{file} is out of date: run this test with WSPRISM_UPDATE_DOCS=1 and commit it.");
    }
}
