using System.Text.Json;

namespace WsPrism.Protocol.Tests;

/// <summary>The shared test vectors, by file and by name.</summary>
internal static class Vectors
{
    public static TheoryData<string> Names(string file) => [.. Load(file).Select(v => v.GetProperty("name").GetString()!)];

    public static JsonElement Find(string file, string name) => Load(file).Single(v => v.GetProperty("name").GetString() == name);

    private static JsonElement[] Load(string file)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "vectors", file);
        return JsonSerializer.Deserialize<JsonElement[]>(File.ReadAllBytes(path))!;
    }
}
