using System.Diagnostics;
using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Plugins;

/// <summary>The road of an author: the packages, the template, a build without the network, and the plugin in the gateway.</summary>
public sealed class TemplateTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_plugin_made_of_the_template_is_built_against_the_packages_and_answers()
    {
        var packages = Directory.CreateDirectory(Path.Combine(_folder.Path, "packages")).FullName;
        await DotnetAsync("pack", Repository.PathOf("src/WsPrism.Protocol"), "--no-build", "-c", Configuration, "-o", packages);
        await DotnetAsync("pack", Repository.PathOf("src/WsPrism.Services.Abstractions"), "--no-build", "-c", Configuration, "-o", packages);
        Assert.Equal(2, Directory.GetFiles(packages, "*.nupkg").Length);
        _folder.Write("nuget.config", "<configuration><packageSources><clear/><add key=\"local\" value=\"packages\"/></packageSources></configuration>");

        await DotnetAsync("new", "install", Repository.PathOf("templates/wsprism-plugin"), "--debug:custom-hive", Path.Combine(_folder.Path, "hive"));
        await DotnetAsync("new", "wsprism-plugin", "-n", "MyPlugin", "--debug:custom-hive", Path.Combine(_folder.Path, "hive"), "--no-update-check");
        var output = await DotnetAsync("build", "MyPlugin", "-c", "Release", "-nologo", "-v", "quiet");
        Assert.Contains(" 0 Warning(s)", output, StringComparison.Ordinal);

        var built = Path.Combine(_folder.Path, "MyPlugin/bin/Release/net10.0");
        Assert.Equal(["MyPlugin.dll"], Directory.GetFiles(built, "*.dll").Select(Path.GetFileName));

        // What its README promises.
        var readme = await File.ReadAllTextAsync(Path.Combine(_folder.Path, "MyPlugin/README.md"));
        var (code, lines, errors) = await GatewayProcess.RunAsync(
            Path.Combine(_folder.Path, "MyPlugin"), "plugin", "test", "bin/Release/net10.0/MyPlugin.dll", "--message", """{"type":"greet"}""");
        Assert.Equal((0, ""), (code, errors));
        Assert.Contains($"```json\n{lines}```", readme, StringComparison.Ordinal);
        Assert.Contains("wsprism plugin test bin/Release/net10.0/MyPlugin.dll --message '{\"type\":\"greet\"}'", readme, StringComparison.Ordinal);

        (code, _, errors) = await GatewayProcess.RunAsync(Path.Combine(_folder.Path, "MyPlugin"), "validate", "--config", "wsprism.yaml");
        Assert.Equal((0, ""), (code, errors));
    }

    private static string Configuration => new DirectoryInfo(AppContext.BaseDirectory).Name;

    private async Task<string> DotnetAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host ? host : "dotnet", arguments)
        {
            WorkingDirectory = _folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // A cache of its own: what other runs have packed under the same version must not be taken. And no servers that outlive the test.
        start.Environment["NUGET_PACKAGES"] = Path.Combine(_folder.Path, "cache");
        start.Environment["DOTNET_CLI_HOME"] = _folder.Path;
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["UseSharedCompilation"] = "false";
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBuild", StringComparison.Ordinal)).ToArray())
        {
            start.Environment.Remove(name);
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromMinutes(5)).Token);
        var text = await output + await errors;
        Assert.True(process.ExitCode == 0, $"dotnet {string.Join(' ', arguments)}: {text}");
        return text;
    }
}
