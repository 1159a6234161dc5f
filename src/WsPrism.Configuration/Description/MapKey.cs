using System.Text.Json.Nodes;

namespace WsPrism.Configuration.Description;

/// <summary>What the names of a mapping must be. They are text in quotes and without, as in JSON.</summary>
internal sealed record MapKey<T>(string Expected, string TableText, MapKey<T>.Parser TryParse, Func<JsonObject> Schema)
{
    internal delegate bool Parser(string text, out T key);
}

internal static class MapKey
{
    public static MapKey<string> Text(TextSpec spec) => new(spec.Expected, spec.TableText, (text, out key) => spec.IsMatch(key = text), spec.ToKeySchema);

    public static MapKey<int> Int(IntSpec spec) =>
        new(spec.Expected, spec.TableText, spec.TryParse, () => new() { ["pattern"] = "^(0|[1-9][0-9]*)$" });
}
