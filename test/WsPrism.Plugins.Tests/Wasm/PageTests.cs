using System.Text;
using WsPrism.Core.Answers;

namespace WsPrism.Plugins.Tests.Wasm;

/// <summary>The examples of docs/wasm-plugins.md are what the gateway takes, and its smallest module is the sample.</summary>
public sealed class PageTests
{
    private static readonly AnswerRules Rules = new("test"u8.ToArray(), MaxMessageBytes: 4_096, MaxHotBytes: 4_096, MaxReplyBytes: 4_000);

    [Fact]
    public void Answers_of_services_are_answers() =>
        Assert.All(Blocks("json answer").SelectMany(Lines), line => Assert.True(ServiceAnswer.TryRead(Encoding.UTF8.GetBytes(line), Rules, out _, out var problem), problem));

    [Fact]
    public void Answers_of_filters_are_answers() =>
        Assert.All(Blocks("json filter").SelectMany(Lines), line => Assert.True(FilterAnswer.TryRead(Encoding.UTF8.GetBytes(line), Rules, out _, out var problem), problem));

    [Fact]
    public void The_smallest_module_is_the_sample() =>
        Assert.EndsWith(Blocks("wat").Single(), Repository.Read("samples", "plugins", "smallest", "smallest.wat"), StringComparison.Ordinal);

    [Theory]
    [InlineData("mask")]
    [InlineData("guess")]
    [InlineData("dice")]
    [InlineData("smallest")]
    public void Sizes_of_samples_are_as_they_are(string sample) =>
        Assert.Contains(
            Repository.Read("docs", "wasm-plugins.md").Split('\n'),
            line => line.StartsWith($"| [{sample}]", StringComparison.Ordinal) && line.EndsWith(FormattableString.Invariant($" {Modules.Sample(sample).Content.Length:#,0} |"), StringComparison.Ordinal));

    private static IEnumerable<string> Lines(string block) => block.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static List<string> Blocks(string info)
    {
        var parts = Repository.Read("docs", "wasm-plugins.md").Split("```");
        var blocks = parts.Where((part, i) => i % 2 == 1 && part.StartsWith($"{info}\n", StringComparison.Ordinal)).Select(part => part[(info.Length + 1)..]).ToList();
        Assert.NotEmpty(blocks);
        return blocks;
    }
}
