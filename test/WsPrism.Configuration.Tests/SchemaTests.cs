using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace WsPrism.Configuration.Tests;

public sealed class SchemaTests
{
    private static readonly JsonNode Schema = JsonNode.Parse(ConfigSchema.WriteJson())!;

    public static TheoryData<string> Paths => [.. DescribedKey.All.Select(key => key.Path)];

    [Theory]
    [MemberData(nameof(Paths))]
    public void Every_key_is_in_the_schema_with_its_description_and_default(string path)
    {
        var key = DescribedKey.Find(path);
        var schema = path.Split('.').Aggregate(Schema, Enter);

        Assert.Equal(key.Spec.Doc, schema["description"]!.GetValue<string>());
        Assert.True(JsonNode.DeepEquals(key.Spec.Default, schema["default"]));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void A_default_fits_its_own_schema(string path)
    {
        var key = DescribedKey.Find(path);

        Assert.True(key.Spec.Default is null || Fits(key.Spec.Default, path.Split('.').Aggregate(Schema, Enter)));
    }

    [Theory]
    [InlineData("wsprism.yaml")]
    [InlineData("src/WsPrism.Configuration/demo.yaml")]
    public void The_files_of_the_repository_fit_the_schema(string file)
    {
        using var text = File.OpenText(Repository.PathOf(file));
        var yaml = new YamlStream();
        yaml.Load(text);

        Assert.True(Fits(ToJson(yaml.Documents[0].RootNode), Schema));
    }

    [Theory]
    [InlineData("""{"version": 1}""")]
    [InlineData("""{"version": 2, "tenants": [{"id": "a"}]}""")]
    [InlineData("""{"version": 1, "tenants": []}""")]
    [InlineData("""{"version": 1, "tenants": [{"id": "A"}]}""")]
    [InlineData("""{"version": 1, "tenants": [{"id": "a", "lmits": {}}]}""")]
    [InlineData("""{"version": 1, "tenants": [{"id": "a"}], "gateway": {"shards": 257}}""")]
    [InlineData("""{"version": 1, "tenants": [{"id": "a"}], "gateway": {"shards": "1"}}""")]
    public void What_is_wrong_does_not_fit(string json) => Assert.False(Fits(JsonNode.Parse(json), Schema));

    private static JsonNode Enter(JsonNode schema, string step)
    {
        var value = schema["properties"]![step.Replace("[]", "", StringComparison.Ordinal)]!;
        return step.EndsWith("[]", StringComparison.Ordinal) ? value["items"]! : value;
    }

    // As much of JSON Schema as ours uses; a keyword that is not here fails.
    private static bool Fits(JsonNode? value, JsonNode schema) => schema.AsObject().All(keyword => keyword.Key switch
    {
        "$schema" or "$defs" or "title" or "description" or "default" => true,
        "$ref" => Fits(value, Schema["$defs"]!["substitution"]!),
        "anyOf" => keyword.Value!.AsArray().Any(one => Fits(value, one!)),
        "const" => JsonNode.DeepEquals(value, keyword.Value),
        "enum" => keyword.Value!.AsArray().Any(one => JsonNode.DeepEquals(value, one)),
        "type" => TypeOf(value) == keyword.Value!.GetValue<string>(),
        "minimum" => value!.GetValue<int>() >= keyword.Value!.GetValue<int>(),
        "maximum" => value!.GetValue<int>() <= keyword.Value!.GetValue<int>(),
        "minLength" => value!.GetValue<string>().Length >= keyword.Value!.GetValue<int>(),
        "pattern" => Regex.IsMatch(value!.GetValue<string>(), keyword.Value!.GetValue<string>(), RegexOptions.ECMAScript),
        "minItems" => value!.AsArray().Count >= keyword.Value!.GetValue<int>(),
        "maxItems" => value!.AsArray().Count <= keyword.Value!.GetValue<int>(),
        "uniqueItems" => value!.AsArray().Select(item => item!.ToJsonString()).Distinct().Count() == value.AsArray().Count,
        "items" => value!.AsArray().All(item => Fits(item, keyword.Value!)),
        "required" => keyword.Value!.AsArray().All(name => value!.AsObject().ContainsKey(name!.GetValue<string>())),
        "properties" => value!.AsObject().All(entry => keyword.Value![entry.Key] is not { } known || Fits(entry.Value, known)),
        "propertyNames" => value!.AsObject().All(entry => Fits(JsonValue.Create(entry.Key), keyword.Value!)),
        "additionalProperties" => value!.AsObject().All(entry => schema["properties"]?[entry.Key] is not null || (keyword.Value is JsonObject any && Fits(entry.Value, any))),
        _ => throw new InvalidOperationException($"The schema has a keyword that this test does not know: {keyword.Key}"),
    });

    private static string TypeOf(JsonNode? value) => value switch
    {
        JsonObject => "object",
        JsonArray => "array",
        JsonValue known when known.TryGetValue<bool>(out _) => "boolean",
        JsonValue known when known.TryGetValue<int>(out _) => "integer",
        _ => "string",
    };

    private static JsonNode ToJson(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(entry => KeyValuePair.Create($"{entry.Key}", (JsonNode?)ToJson(entry.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(ToJson)]),
        YamlScalarNode { Style: YamlDotNet.Core.ScalarStyle.Plain } scalar when int.TryParse(scalar.Value, out var number) => JsonValue.Create(number),
        YamlScalarNode { Style: YamlDotNet.Core.ScalarStyle.Plain } scalar when bool.TryParse(scalar.Value, out var flag) => JsonValue.Create(flag),
        _ => JsonValue.Create(((YamlScalarNode)node).Value!),
    };
}
