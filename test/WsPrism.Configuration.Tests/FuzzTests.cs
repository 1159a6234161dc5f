namespace WsPrism.Configuration.Tests;

public sealed class FuzzTests
{
    // Pieces that mean something to YAML, to the substitution or to a number parser.
    private static readonly string[] Pieces =
    [
        ":", "-", "*", "&a ", "!t ", "{", "}", "[", "]", "\"", "'", "|", ">", "#", "%", "@", "`", "?", ",", "\n", "\t", "  ", "\r", "\0", "\\",
        "\"\\U0010FFFF\"", "\"\\UFFFFFFFF\"", "\"\\xZZ\"", "<<: ", "---\n", "...\n", "${", "${X}", "${file:", "$${", "~", "null", "-1", "0x1", "1e999",
        "99999999999999999999", ".nan", "\uFEFF", "\u2028", "\uD800", "\uDC00", "é", "*:*", "1:1", "tenants:\n", "  - id: x\n", "? ",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Any_mutation_of_the_sample_gives_a_configuration_or_errors(int seed)
    {
        var sample = File.ReadAllText(Repository.PathOf("wsprism.yaml"));
        var random = new Random(seed);

        for (var round = 0; round < 400; round++)
        {
            var text = Enumerable.Range(0, random.Next(1, 6)).Aggregate(sample, (mutated, _) => Mutate(mutated, random));

            var result = ConfigLoader.LoadText(text, "w.yaml", new TestEnvironment());

            Assert.True(result.Config is null == result.Errors.Count > 0, $"seed {seed}, round {round}");
            Assert.All(result.Errors, error => Assert.True(error is { Line: > 0, Column: > 0, Message.Length: > 0 }, $"seed {seed}, round {round}: {error}"));
            Assert.Equal(result.Errors.OrderBy(error => (error.Line, error.Column)), result.Errors);
        }
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{a: ")]
    [InlineData("- ")]
    [InlineData("? ")]
    [InlineData("a\n")]
    [InlineData("a: &a\n")]
    [InlineData("\"")]
    [InlineData("|\n ")]
    [InlineData("\t")]
    public void A_large_file_of_one_thing_ends_soon(string piece)
    {
        var text = string.Concat(Enumerable.Repeat(piece, 200_000 / piece.Length));

        Assert.NotEmpty(ConfigLoader.LoadText(text, "w.yaml", new TestEnvironment()).Errors);
    }

    private static string Mutate(string text, Random random)
    {
        var at = random.Next(text.Length);
        var length = Math.Min(random.Next(1, 40), text.Length - at);
        return random.Next(5) switch
        {
            0 => text.Remove(at, length),
            1 => text.Insert(at, text.Substring(at, length)),
            2 => text.Remove(at, 1).Insert(at, $"{(char)random.Next(1, 128)}"),
            3 => text[..Math.Max(1, at)],
            _ => text.Insert(at, Pieces[random.Next(Pieces.Length)]),
        };
    }
}
