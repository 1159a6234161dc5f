using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using WsPrism.Protocol.Ext;

namespace WsPrism.Gateway.Admin.Api;

/// <summary>Reads JSON bodies strictly: an unknown, repeated or mistyped field is a problem that names it by its path.</summary>
internal static class ApiJson
{
    public static JsonElement Parse(byte[] body, int maxDepth)
    {
        // The parser does not look into strings that nobody asks for, and what is in data is passed on as it is.
        if (!Utf8.IsValid(body))
        {
            throw new ApiException(ApiProblem.BadRequest("The body is not UTF-8."));
        }

        try
        {
            return JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = maxDepth }).RootElement;
        }
        catch (JsonException exception)
        {
            throw new ApiException(ApiProblem.BadRequest(
                $"The body is not JSON, or deeper than {maxDepth} levels: line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}."));
        }
    }

    /// <summary>The fields of an object, each known and there once. <paramref name="path"/> is its place in the body, empty for the body itself.</summary>
    public static Dictionary<string, JsonElement> Fields(JsonElement element, string path, params ReadOnlySpan<string> known)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Wrong(path, "must be an object");
        }

        var fields = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var field in element.EnumerateObject())
        {
            var name = NameOf(field, path);
            if (!known.Contains(name))
            {
                throw Wrong(path, $"has an unknown field, {ApiRequest.Shown(name)}; known here: {string.Join(", ", known)}");
            }

            if (!fields.TryAdd(name, field.Value))
            {
                throw Wrong(Join(path, name), "is there twice");
            }
        }

        return fields;
    }

    public static JsonElement Required(Dictionary<string, JsonElement> fields, string path, string name) =>
        fields.TryGetValue(name, out var value) ? value : throw Wrong(Join(path, name), "is required");

    /// <summary>A string that can be written as UTF-8.</summary>
    public static string Text(JsonElement element, string path)
    {
        if (element.ValueKind != JsonValueKind.String)
        {
            throw Wrong(path, "must be a string");
        }

        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Wrong(path, "has half of a surrogate pair");
        }
    }

    /// <summary>Bytes as base64 (RFC 4648 §4), padded and without spaces.</summary>
    public static byte[] Base64(JsonElement element, string path)
    {
        try
        {
            if (element.ValueKind == JsonValueKind.String && element.TryGetBytesFromBase64(out var bytes))
            {
                return bytes;
            }
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair.
        }

        throw Wrong(path, "must be a string of base64");
    }

    /// <summary>A <c>svc</c> or <c>type</c>.</summary>
    public static byte[] Name(JsonElement element, string path)
    {
        var name = Encoding.UTF8.GetBytes(Text(element, path));
        return EnvelopeRules.IsName(name) ? name : throw Wrong(path, "must be [a-z][a-z0-9_.-]{0,63}");
    }

    public static ApiException Wrong(string path, string message) => new(ApiProblem.BadRequest(path.Length == 0 ? $"The body {message}." : $"{path}: {message}."));

    public static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static string NameOf(JsonProperty field, string path)
    {
        try
        {
            return field.Name;
        }
        catch (InvalidOperationException)
        {
            throw Wrong(path, "has a field whose name has half of a surrogate pair");
        }
    }
}
