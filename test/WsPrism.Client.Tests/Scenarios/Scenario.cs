using System.Text.Json.Nodes;

namespace WsPrism.Client.Tests.Scenarios;

/// <summary>One scenario of the list that all clients share.</summary>
internal sealed record Scenario(string File, string Name, JsonObject Options, JsonObject? Opened, IReadOnlyList<JsonObject> Steps)
{
    private static readonly string[] Known = ["name", "about", "options", "opened", "steps"];

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "scenarios");

    public static IReadOnlyList<Scenario> All { get; } = [.. Directory.GetFiles(Folder, "*.json").Order(StringComparer.Ordinal).SelectMany(Read)];

    private static IEnumerable<Scenario> Read(string path)
    {
        foreach (var scenario in JsonNode.Parse(System.IO.File.ReadAllText(path))!.AsArray().Select(node => node!.AsObject()))
        {
            // What a scenario says and nobody here understands would be tested by nobody.
            Assert.All(scenario, field => Assert.Contains(field.Key, Known));
            yield return new Scenario(
                Path.GetFileNameWithoutExtension(path), (string)scenario["name"]!, scenario["options"]?.AsObject() ?? [], scenario["opened"]?.AsObject(),
                [.. scenario["steps"]!.AsArray().Select(step => step!.AsObject())]);
        }
    }
}
