using System.Text.Json;
using System.Text.Json.Nodes;
using WsPrism.Configuration.Yaml;

namespace WsPrism.Configuration.Description;

/// <summary>One of a few words.</summary>
internal sealed class ChoiceSpec<T> : ScalarSpec<T>
    where T : notnull
{
    private readonly IReadOnlyList<(string Name, T Value)> _choices;

    public ChoiceSpec(IReadOnlyList<(string Name, T Value)> choices)
    {
        _choices = choices;
    }

    /// <summary>Words that a later version will know.</summary>
    public IReadOnlyList<string> Later { get; init; } = [];

    public override string Expected => _choices.Count == 1 ? Names.Single() : string.Join(", ", Names.SkipLast(1)) + " or " + Names.Last();

    public override string TableText => string.Join(", ", Names.Select(name => $"`{name}`"));

    private IEnumerable<string> Names => _choices.Select(choice => choice.Name);

    public override JsonNode? ToJson(T value) => _choices.Single(choice => choice.Value.Equals(value)).Name;

    protected override JsonObject ToPlainSchema() => new() { ["enum"] = new JsonArray([.. Names.Select(name => JsonValue.Create(name))]) };

    protected override string? Parse(ConfigScalar scalar, ConfigReading reading, out T value)
    {
        value = default!;
        foreach (var choice in _choices)
        {
            if (scalar.Is(ScalarKind.Text) && choice.Name == scalar.Text)
            {
                value = choice.Value;
                return null;
            }
        }

        return Wrong(scalar, Later.Contains(scalar.Text) ? ", which this version does not have yet" : Suggestion.For(scalar.Text, Names));
    }
}

internal static class ChoiceSpec
{
    public static ChoiceSpec<string> Words(params string[] words) => new([.. words.Select(word => (word, word))]);

    /// <summary>The members of an enum, in snake_case.</summary>
    public static ChoiceSpec<T> Of<T>()
        where T : struct, Enum =>
        new([.. Enum.GetValues<T>().Select(value => (JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()), value))]);
}
