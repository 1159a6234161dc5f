using WsPrism.Configuration;

namespace WsPrism.Docs.Tests;

public sealed class YamlTests
{
    public static TheoryData<string, string, string> Blocks()
    {
        var data = new TheoryData<string, string, string>();
        foreach (var block in Page.All.SelectMany(page => page.Blocks).Where(block => block.Info.StartsWith("yaml", StringComparison.Ordinal)))
            data.Add(block.Page, block.Info, block.Body);
        return data;
    }

    [Theory]
    [MemberData(nameof(Blocks))]
    public void An_example_of_configuration_loads(string page, string info, string body)
    {
        var result = ConfigLoader.LoadText(Complete(info, body), page, new Surroundings());

        Assert.Empty(result.Errors);
    }

    [Fact]
    public void The_commented_sample_loads() => Assert.Empty(ConfigLoader.LoadFile(Repository.PathOf("wsprism.yaml")).Errors);

    // A block that is marked as a part of the file is put where it belongs in the smallest file there is.
    private static string Complete(string info, string body) => info switch
    {
        "yaml" => body,
        "yaml gateway" => $"version: 1\ngateway:\n{Indent(body, "  ")}tenants:\n  - id: acme\n",
        "yaml tenant" => $"version: 1\ntenants:\n  - id: acme\n{Indent(body, "    ")}",
        _ => throw new InvalidOperationException($"Nobody knows how to read a block of '{info}'."),
    };

    private static string Indent(string text, string by) => string.Concat(text.TrimEnd('\n').Split('\n').Select(line => by + line + "\n"));

    // Examples may name files and variables that are the reader's to have.
    private sealed class Surroundings : ConfigEnvironment
    {
        public override string? GetVariable(string name) => name.EndsWith("HOOK_SECRET", StringComparison.Ordinal)
            ? "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
            : $"value-of-{name}-that-is-long-enough-for-an-api-key-and-for-the-secret-of-any-algorithm";

        public override bool FileExists(string path) => true;

        public override byte[] ReadFile(string path, int maxBytes) => "value"u8.ToArray();
    }
}
