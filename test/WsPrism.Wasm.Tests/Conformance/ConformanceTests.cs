namespace WsPrism.Wasm.Tests.Conformance;

/// <summary>The official core test suite, file by file, and the page that publishes what became of it.</summary>
public sealed class ConformanceTests
{
    public static TheoryData<string> Files => SpecSuite.Missing is null ? [.. SpecSuite.Files] : ["none"];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_command_of_the_file_ends_as_it_should(string file)
    {
        Assert.SkipWhen(SpecSuite.Missing is not null, SpecSuite.Missing ?? string.Empty);

        var result = SpecSuite.Run(file);

        Assert.True(result.Failures.Count == 0, $"{result.Passed} passed, {result.Failures.Count} failed:\n{string.Join('\n', result.Failures.Take(20))}");
    }
}
