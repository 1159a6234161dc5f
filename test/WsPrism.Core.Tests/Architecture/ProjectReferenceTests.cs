using System.Runtime.CompilerServices;
using System.Xml.Linq;

namespace WsPrism.Core.Tests.Architecture;

public sealed class ProjectReferenceTests
{
    // What each project may reference. A new project has to take its place here.
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["WsPrism.Protocol"] = [],
        ["WsPrism.Services.Abstractions"] = ["WsPrism.Protocol"],
        ["WsPrism.Core"] = ["WsPrism.Protocol", "WsPrism.Services.Abstractions"],
        ["WsPrism.Configuration"] = ["WsPrism.Protocol", "WsPrism.Services.Abstractions", "WsPrism.Core"],
        ["WsPrism.Transports"] = ["WsPrism.Protocol", "WsPrism.Services.Abstractions", "WsPrism.Core"],
        ["WsPrism.Backend"] = ["WsPrism.Protocol", "WsPrism.Services.Abstractions", "WsPrism.Core"],
        ["WsPrism.Backplane"] = ["WsPrism.Protocol", "WsPrism.Services.Abstractions", "WsPrism.Core"],
        ["WsPrism.History.Sqlite"] = ["WsPrism.Protocol", "WsPrism.Services.Abstractions", "WsPrism.Core"],
        ["WsPrism.Wasm"] = [],
        ["WsPrism.Plugins"] = ["WsPrism.Protocol", "WsPrism.Services.Abstractions", "WsPrism.Core", "WsPrism.Wasm"],
        ["WsPrism.Services"] = ["WsPrism.Protocol", "WsPrism.Services.Abstractions"],
        ["WsPrism.Client"] = ["WsPrism.Protocol"],
        ["WsPrism.Gateway"] =
        [
            "WsPrism.Protocol", "WsPrism.Services.Abstractions", "WsPrism.Core", "WsPrism.Configuration", "WsPrism.Transports", "WsPrism.Backend",
            "WsPrism.Backplane", "WsPrism.History.Sqlite", "WsPrism.Plugins", "WsPrism.Services",
        ],
    };

    [Fact]
    public void No_arrow_between_projects_turns_round()
    {
        var wrong = Projects().SelectMany(project => References(project).Select(reference => (From: Name(project), To: reference)))
            .Where(arrow => !Allowed.GetValueOrDefault(arrow.From, []).Contains(arrow.To)).ToArray();

        Assert.Empty(wrong);
    }

    [Fact]
    public void Each_project_has_its_place() => Assert.Empty(Projects().Select(Name).Except(Allowed.Keys));

    [Fact]
    public void There_are_projects_to_look_at() => Assert.True(Projects().Length >= 5);

    [Fact]
    public void The_protocol_the_abstractions_and_the_WebAssembly_engine_use_no_package()
    {
        var packages = Projects().Where(project => Name(project) is "WsPrism.Protocol" or "WsPrism.Services.Abstractions" or "WsPrism.Wasm")
            .SelectMany(project => XDocument.Load(project).Descendants("PackageReference"));

        Assert.Empty(packages);
    }

    private static string[] Projects([CallerFilePath] string here = "")
    {
        var source = Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "src");
        return [.. Directory.GetDirectories(source).SelectMany(directory => Directory.GetFiles(directory, "*.csproj"))];
    }

    private static IEnumerable<string> References(string project) => XDocument.Load(project).Descendants("ProjectReference")
        .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')));

    private static string Name(string project) => Path.GetFileNameWithoutExtension(project);
}
