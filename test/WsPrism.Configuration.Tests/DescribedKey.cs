using System.Text.Json.Nodes;
using WsPrism.Configuration.Description;
using WsPrism.Configuration.Sections;

namespace WsPrism.Configuration.Tests;

/// <summary>One key of the description, with its path: <c>tenants[].policy.mode</c>.</summary>
internal sealed record DescribedKey(string Path, KeySpec Spec, ISectionSpec Section)
{
    public static IReadOnlyList<DescribedKey> All { get; } = [.. Walk("", RootSection.Root)];

    public string PathInFile => Path.Replace("[]", "[0]", StringComparison.Ordinal);

    public static DescribedKey Find(string path) => All.Single(key => key.Path == path);

    /// <summary>A file, in the JSON way of YAML, that has the value at this key and otherwise what is required.</summary>
    public string FileWith(JsonNode value)
    {
        var root = new JsonObject { ["version"] = 1, ["tenants"] = new JsonArray(new JsonObject { ["id"] = "a" }) };
        var section = root;
        var steps = Path.Split('.');
        foreach (var step in steps.SkipLast(1))
            section = Enter(section, step);
        section[steps[^1]] = value;
        return root.ToJsonString();
    }

    private static JsonObject Enter(JsonObject section, string step)
    {
        if (!step.EndsWith("[]", StringComparison.Ordinal))
            return (JsonObject)(section[step] ??= new JsonObject());
        var list = section[step[..^2]] ??= new JsonArray(new JsonObject { ["match"] = "m" });
        return (JsonObject)list[0]!;
    }

    private static IEnumerable<DescribedKey> Walk(string path, ISectionSpec section)
    {
        foreach (var key in section.Keys)
        {
            var keyPath = path.Length == 0 ? key.Name : $"{path}.{key.Name}";
            yield return new(keyPath, key, section);
            foreach (var below in key.Value.Section is { } inner ? Walk(key.Value is ISectionSpec ? keyPath : keyPath + "[]", inner) : [])
                yield return below;
        }
    }
}
