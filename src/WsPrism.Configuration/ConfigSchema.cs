using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using WsPrism.Configuration.Description;
using WsPrism.Configuration.Sections;

namespace WsPrism.Configuration;

/// <summary>The JSON Schema of <c>wsprism.yaml</c>, with which editors complete and check the file.</summary>
public static class ConfigSchema
{
    // Relaxed: the text is a file for editors, never part of a web page.
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The schema, JSON Schema 2020-12, as indented JSON with a line feed at the end.</summary>
    public static string WriteJson()
    {
        var schema = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "wsprism.yaml",
            ["description"] = "Configuration of the wsPrism gateway. The loader checks more than a schema can say: run `wsprism validate`.",
        };
        foreach (var (name, value) in RootSection.Root.ToSchema())
            schema[name] = value?.DeepClone();
        schema["$defs"] = new JsonObject
        {
            ["substitution"] = new JsonObject
            {
                ["description"] = "${NAME} is an environment variable, ${file:PATH} the content of a file.",
                ["type"] = "string",
                ["pattern"] = Substitution.SchemaPattern,
            },
        };
        return schema.ToJsonString(Indented) + "\n";
    }
}
