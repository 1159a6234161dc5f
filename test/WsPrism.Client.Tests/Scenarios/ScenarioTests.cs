namespace WsPrism.Client.Tests.Scenarios;

/// <summary>What every client must do, as data: <c>clients/scenarios</c>. The TypeScript client passes the same.</summary>
public sealed class ScenarioTests
{
    // What .NET's WebSocket does not let a client do, each with what stands in for it.
    private static readonly Dictionary<string, string> NotOnThisPlatform = new(StringComparer.Ordinal)
    {
        ["a frame that says it is endless is not waited for"] =
            "ClientWebSocket does not tell how long a frame is before it has come: HostileTests.A_frame_that_says_it_is_endless_ends_by_silence_and_takes_no_memory",
    };

    public static TheoryData<string, string> Names => [.. Scenario.All.Select(scenario => (scenario.File, scenario.Name))];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_client_does_what_the_scenario_says(string file, string name)
    {
        if (NotOnThisPlatform.TryGetValue(name, out var why))
            Assert.Skip(why);

        await using var run = new ScenarioRun(Scenario.All.Single(scenario => scenario.File == file && scenario.Name == name));
        await run.PlayAsync();
    }

    [Fact]
    public void There_are_scenarios_and_every_exception_is_one_of_them()
    {
        Assert.True(Scenario.All.Count > 100);
        Assert.All(NotOnThisPlatform.Keys, name => Assert.Contains(Scenario.All, scenario => scenario.Name == name));
    }
}
