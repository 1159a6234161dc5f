using System.Text.RegularExpressions;

namespace WsPrism.JavaScript.Tests;

/// <summary>Builds the site of the documentation once, as its readers would, and keeps what its own tests say of it. Without Node.js there is only the reason why not.</summary>
public sealed partial class DocsSite : IAsyncLifetime
{
    private static readonly string Folder = Repository.PathOf("docs");

    // Built with the tests: what the references are made by is not built while others run.
    private static readonly Dictionary<string, string> Settings = new()
    {
        ["WSPRISM_APIDOC"] = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, $"../../WsPrism.ApiDoc/{Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/', '\\'))}/WsPrism.ApiDoc.dll")),
    };

    private readonly Dictionary<string, bool> _results = [];
    private string? _missing;
    private int _exitCode;
    private string _output = string.Empty;

    public async ValueTask InitializeAsync()
    {
        _missing = await NpmReady.ReadyAsync("docs");
        if (_missing is not null)
            return;

        (_exitCode, _output) = await Npm.RunAsync(Folder, Settings, "run", "build");
        if (_exitCode != 0)
            return;

        (_, var said) = await Npm.RunAsync(Folder, Settings, "test");
        _output += said;
        foreach (Match line in TapLine().Matches(said))
            _results[line.Groups["name"].Value.Trim()] = !line.Groups["not"].Success;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public void AssertBuilt()
    {
        Assert.SkipWhen(_missing is not null, _missing ?? string.Empty);
        Assert.True(_exitCode == 0, Npm.Tail(_output));
        Assert.True(File.Exists(Path.Combine(Folder, ".vitepress/dist/index.html")));
    }

    public void AssertPassed(string name)
    {
        AssertBuilt();
        Assert.True(_results.TryGetValue(name, out var hasPassed) && hasPassed, Npm.Tail(_output));
    }

    [GeneratedRegex(@"^(?<not>not )?ok \d+ - (?<name>.+)$", RegexOptions.Multiline)]
    private static partial Regex TapLine();
}
