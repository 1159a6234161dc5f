using System.Text.Json;

namespace WsPrism.JavaScript.Tests;

/// <summary>The TypeScript client (<c>clients/js</c>): its own tests run by npm, one test here for each of its files and for each scenario.</summary>
[Collection(nameof(NpmReady))]
public sealed class JavaScriptTests(JavaScriptRun run) : IClassFixture<JavaScriptRun>
{
    private const string Scenarios = "test/scenarios/scenarios.test.ts";

    public static TheoryData<string> Files { get; } =
    [
        .. Directory.GetFiles(Repository.PathOf("clients/js/test"), "*.test.ts", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Repository.PathOf("clients/js"), path).Replace('\\', '/')).Where(file => file != Scenarios).Order(StringComparer.Ordinal),
    ];

    public static TheoryData<string, string> AllScenarios
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var file in Directory.GetFiles(Repository.PathOf("clients/scenarios"), "*.json").Order(StringComparer.Ordinal))
            {
                foreach (var scenario in JsonDocument.Parse(File.ReadAllText(file)).RootElement.EnumerateArray())
                    data.Add(Path.GetFileNameWithoutExtension(file), scenario.GetProperty("name").GetString()!);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Each_file_of_tests_passes(string file) => run.AssertPassed(file);

    [Theory]
    [MemberData(nameof(AllScenarios))]
    public void Each_scenario_is_as_it_should_be(string file, string scenario) => run.AssertPassed(Scenarios, $"{file} > {scenario}");
}
