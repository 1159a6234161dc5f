using System.Text.Json.Nodes;

namespace WsPrism.Client.Tests.Scenarios;

/// <summary>Patterns and variables of scenarios. What a pattern does not name may be anything.</summary>
internal static class JsonMatch
{
    private static readonly string[] Bounds = ["$at_most", "$at_least"];

    /// <summary>Why a value is not what a pattern asks for; null where it is. Binds variables that have no value yet.</summary>
    public static string? Mismatch(JsonNode? pattern, JsonNode? actual, Dictionary<string, JsonNode?> variables, string path = "")
    {
        var here = path.Length == 0 ? "it" : path;
        switch (pattern)
        {
            case null:
                return actual is null ? null : $"{here} is {Show(actual)}, not absent";
            case JsonObject @object when @object.ContainsKey("$not"):
                return JsonNode.DeepEquals(@object["$not"], actual) ? $"{here} is {Show(actual)}" : null;
            case JsonValue value when value.TryGetValue<string>(out var text) && text == "$any":
                return actual is null ? $"{here} is absent" : null;
            case JsonValue value when value.TryGetValue<string>(out var text) && text.StartsWith('$'):
                return Bound(text, actual, variables, here);
            case JsonArray array:
                return actual is JsonArray other && other.Count == array.Count
                    ? First(array.Select((item, i) => Mismatch(item, other[i], variables, $"{path}[{i}]")))
                    : $"{here} is {Show(actual)}, not {Show(pattern)}";
            case JsonObject @object when Bounds.Any(@object.ContainsKey):
                return IsWithin(@object, actual) ? null : $"{here} is {Show(actual)}, not {Show(pattern)}";
            case JsonObject @object:
                return actual is JsonObject fields
                    ? First(@object.Select(field => Mismatch(field.Value, fields[field.Key], variables, path.Length == 0 ? field.Key : $"{path}.{field.Key}")))
                    : $"{here} is {Show(actual)}, not {Show(pattern)}";
            default:
                return JsonNode.DeepEquals(pattern, actual) ? null : $"{here} is {Show(actual)}, not {Show(pattern)}";
        }
    }

    /// <summary>A value with its variables put in: a string that is <c>$name</c> is the variable.</summary>
    public static JsonNode? Substitute(JsonNode? value, Dictionary<string, JsonNode?> variables) => value switch
    {
        JsonValue text when text.TryGetValue<string>(out var name) && name.StartsWith('$') =>
            variables.TryGetValue(name, out var found) ? found?.DeepClone() : throw new InvalidDataException($"{name} has no value"),
        JsonArray array => new JsonArray([.. array.Select(item => Substitute(item, variables))]),
        JsonObject @object => new JsonObject(@object.Select(field => KeyValuePair.Create(field.Key, Substitute(field.Value, variables)))),
        _ => value?.DeepClone(),
    };

    public static string Show(JsonNode? value) => value?.ToJsonString() ?? "nothing";

    private static string? Bound(string name, JsonNode? actual, Dictionary<string, JsonNode?> variables, string here)
    {
        if (actual is null)
            return $"{here} is absent";

        if (variables.TryAdd(name, actual.DeepClone()))
            return null;

        return JsonNode.DeepEquals(variables[name], actual) ? null : $"{here} is {Show(actual)}, not {Show(variables[name])} ({name})";
    }

    private static bool IsWithin(JsonObject bounds, JsonNode? actual)
    {
        if (actual is not JsonValue value || value.GetValueKind() != System.Text.Json.JsonValueKind.Number)
            return false;

        var number = Number(value);
        return !(number > Number(bounds["$at_most"]) || number < Number(bounds["$at_least"]));
    }

    private static double Number(JsonNode? value) => value is null ? double.NaN : double.Parse(value.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture);

    private static string? First(IEnumerable<string?> problems) => problems.FirstOrDefault(problem => problem is not null);
}
