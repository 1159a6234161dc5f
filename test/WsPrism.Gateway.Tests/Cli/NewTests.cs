using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using WsPrism.Configuration;
using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Cli;

/// <summary><c>wsprism new</c>: what it writes, and what it leaves alone.</summary>
public sealed class NewTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("node", "backend.mjs", "node backend.mjs")]
    [InlineData("dotnet", "backend.cs", "dotnet run backend.cs", "Directory.Build.props")]
    public async Task A_starter_has_all_its_files_and_its_configuration_is_right_without_a_warning(string backend, string file, string run, params string[] more)
    {
        var (code, output, errors) = await NewAsync("hello", "--backend", backend);

        Assert.Equal((0, ""), (code, errors));
        Assert.Contains("  cd hello\n", output, StringComparison.Ordinal);
        Assert.Contains($"  {run}\n", output, StringComparison.Ordinal);
        string[] expected =
        [
            ".gitignore", "README.md", file, "page/index.html", "page/page.js", "page/style.css", "page/wsprism.js", "secrets/api-key", "secrets/hook-secret", "wsprism.schema.json",
            "wsprism.yaml",
        ];
        Assert.Equal(expected.Concat(more).Order(StringComparer.Ordinal), Files("hello").Keys.Order(StringComparer.Ordinal));
        Assert.All(Files("hello").Where(one => one.Key != "wsprism.schema.json"), one => Assert.DoesNotMatch("starter-(name|tenant|backend|run)", one.Value));
        Assert.Contains($"`{file}`", Files("hello")["README.md"], StringComparison.Ordinal);
        Assert.Contains("secrets/\n", Files("hello")[".gitignore"], StringComparison.Ordinal);
        Assert.Equal(ConfigSchema.WriteJson(), Files("hello")["wsprism.schema.json"]);
        Assert.InRange(Files("hello")[file].Split('\n').Length, 10, 100);

        Assert.Equal((0, "./wsprism.yaml is valid: 1 tenant (hello)\n", ""), await GatewayProcess.RunAsync(Path.Combine(_folder.Path, "hello"), "validate"));
    }

    [Fact]
    public async Task Node_is_what_one_gets_without_asking()
    {
        await NewAsync("hello");

        Assert.Contains("backend.mjs", Files("hello").Keys);
    }

    [Fact]
    public async Task The_tenant_may_have_another_name_than_the_folder()
    {
        var (code, _, _) = await NewAsync("hello", "--tenant", "acme-2");

        Assert.Equal(0, code);
        Assert.Contains("- id: acme-2 ", Files("hello")["wsprism.yaml"], StringComparison.Ordinal);
        Assert.Contains("const tenant = \"acme-2\";", Files("hello")["backend.mjs"], StringComparison.Ordinal);
        Assert.Contains("<title>hello</title>", Files("hello")["page/index.html"], StringComparison.Ordinal);
    }

    // The command that is said is the one that starts this very program, wherever it is.
    [Fact]
    public async Task The_gateway_can_be_started_with_the_command_that_is_said()
    {
        var (_, output, _) = await NewAsync("hello");

        var command = Regex.Match(output, "^  (.*) start$", RegexOptions.Multiline).Groups[1].Value.Split(' ', 2);
        Assert.Equal("dotnet", command[0]);
        Assert.True(File.Exists(command[1].Trim('"')), output);
        Assert.Equal("wsprism.dll", Path.GetFileName(command[1].Trim('"')));
    }

    [Fact]
    public async Task Two_starters_share_no_secret()
    {
        await NewAsync("one");
        await NewAsync("two");

        foreach (var (secret, form) in new[] { ("secrets/api-key", "^[0-9a-f]{64}\n$"), ("secrets/hook-secret", "^whsec_[A-Za-z0-9+/]{43}=\n$") })
        {
            Assert.Matches(form, Files("one")[secret]);
            Assert.Matches(form, Files("two")[secret]);
            Assert.NotEqual(Files("one")[secret], Files("two")[secret]);
        }
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Nobody_else_on_the_machine_may_read_the_secrets()
    {
        await NewAsync("hello");

        foreach (var secret in Directory.GetFiles(Path.Combine(_folder.Path, "hello/secrets")))
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(secret));
    }

    [Fact]
    public async Task A_folder_with_something_in_it_is_left_untouched()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "hello"));
        _folder.Write("hello/notes.txt", "mine");

        var (code, output, errors) = await NewAsync("hello");

        Assert.Equal((2, ""), (code, output));
        Assert.Equal("wsprism: hello is there already, and is not an empty folder. Take another name; nothing was changed.\n", errors);
        Assert.Equal(["notes.txt"], Files("hello").Keys);
        Assert.Equal("mine", Files("hello")["notes.txt"]);
    }

    [Fact]
    public async Task A_file_of_that_name_is_left_untouched()
    {
        var path = _folder.Write("hello", "mine");

        var (code, _, errors) = await NewAsync("hello");

        Assert.Equal(2, code);
        Assert.StartsWith("wsprism: hello is there already", errors, StringComparison.Ordinal);
        Assert.Equal("mine", await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task An_empty_folder_is_filled()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "hello"));

        var (code, _, _) = await NewAsync("hello");

        Assert.Equal(0, code);
        Assert.Contains("wsprism.yaml", Files("hello").Keys);
    }

    [Theory]
    [InlineData("NAME must be 1 to 64 characters", "Hello")]
    [InlineData("NAME must be 1 to 64 characters", "../hello")]
    [InlineData("NAME must be 1 to 64 characters", "a/b")]
    [InlineData("NAME must be 1 to 64 characters", ".")]
    [InlineData("NAME must be 1 to 64 characters", "")]
    [InlineData("NAME must be 1 to 64 characters", "hello world")]
    [InlineData("NAME must be 1 to 64 characters", "hello\n")]
    [InlineData("--tenant must be 1 to 64 characters", "hello", "--tenant", "Acme")]
    [InlineData("'perl'", "hello", "--backend", "perl")]
    [InlineData("Required argument missing")]
    [InlineData("'again'", "hello", "again")]
    public async Task What_is_wrong_with_the_names_is_said_and_nothing_is_written(string reason, params string[] arguments)
    {
        var (code, output, errors) = await NewAsync(arguments);

        Assert.Equal((2, ""), (code, output));
        Assert.Contains(reason, errors, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    private Task<(int ExitCode, string Output, string Errors)> NewAsync(params string[] arguments) => GatewayProcess.RunAsync(_folder.Path, ["new", .. arguments]);

    private Dictionary<string, string> Files(string name)
    {
        var root = Path.Combine(_folder.Path, name);
        return Directory.GetFiles(root, "*", SearchOption.AllDirectories).ToDictionary(path => Path.GetRelativePath(root, path).Replace('\\', '/'), File.ReadAllText);
    }
}
