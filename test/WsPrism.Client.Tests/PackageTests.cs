using System.Diagnostics;
using System.Text.RegularExpressions;
using WsPrism.Client.Tests.Support;

namespace WsPrism.Client.Tests;

/// <summary>The road of a user: the packages, an empty project for .NET 8, the example of the package's page, and it runs.</summary>
public sealed partial class PackageTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("wsprism-client-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_package_is_installed_into_an_empty_project_and_its_example_says_what_its_page_shows()
    {
        foreach (var project in new[] { "WsPrism.Protocol", "WsPrism.Client" })
            await DotnetAsync("pack", Path.Combine(Root, "src", project), "--no-build", "-c", "Release", "-o", Path.Combine(_folder, "packages"));
        var readme = await File.ReadAllTextAsync(Path.Combine(Root, "src/WsPrism.Client/README.md"));
        Write("nuget.config", $"""
            <configuration>
              <packageSources><clear/><add key="local" value="packages"/></packageSources>
              <fallbackPackageFolders><clear/><add key="machine" value="{Cache}"/></fallbackPackageFolders>
            </configuration>
            """);
        Write("Empty.csproj", """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net8.0</TargetFramework>
                <RollForward>Major</RollForward>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <UseAppHost>false</UseAppHost>
                <EnableTrimAnalyzer>true</EnableTrimAnalyzer>
              </PropertyGroup>
              <ItemGroup><PackageReference Include="WsPrism.Client" Version="0.1.0" /></ItemGroup>
            </Project>
            """);
        Write("Program.cs", Block("csharp", readme));
        await DotnetAsync("build", "-c", "Release", "-nologo", "-v", "quiet");

        await using var gateway = await RealGateway.StartAsync();
        var printed = await DotnetAsync("bin/Release/net8.0/Empty.dll", gateway.Url);

        Assert.Equal(Block("text", readme), printed.ReplaceLineEndings("\n"));
    }

    private static string Root { get; } = FindRoot();

    private static string Cache => Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget/packages");

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "WsPrism.slnx")))
            folder = folder.Parent;
        return folder.FullName;
    }

    private static string Block(string language, string page) => Fenced().Matches(page).First(match => match.Groups["language"].Value == language).Groups["body"].Value;

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder, name), text);

    private async Task<string> DotnetAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host ? host : "dotnet", arguments)
        {
            WorkingDirectory = _folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // A cache of its own: what other runs have packed under the same version must not be taken. And no servers that outlive the test.
        start.Environment["NUGET_PACKAGES"] = Path.Combine(_folder, "cache");
        start.Environment["DOTNET_CLI_HOME"] = _folder;
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["UseSharedCompilation"] = "false";
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBuild", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(name);

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromMinutes(5), TimeProvider.System).Token);
        var text = await output + await errors;
        Assert.True(process.ExitCode == 0, $"dotnet {string.Join(' ', arguments)}: {text}");
        return text;
    }

    [GeneratedRegex(@"^```(?<language>[a-z]+)\n(?<body>.*?)^```\s*$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fenced();
}
