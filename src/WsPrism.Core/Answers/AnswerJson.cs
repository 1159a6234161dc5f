using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using WsPrism.Core.Sessions;
using WsPrism.Protocol.Ext;

namespace WsPrism.Core.Answers;

/// <summary>Reads JSON of a backend strictly: an unknown, repeated or mistyped field is an <see cref="AnswerException"/> that names its place.</summary>
internal static class AnswerJson
{
    // The array of publishes and the item stand around each message.
    private const int MaxDepth = EnvelopeRules.MaxDepth + 3;

    /// <summary>Makes an answer of its JSON.</summary>
    /// <exception cref="AnswerException">It is not good.</exception>
    public delegate T Reader<T>(JsonElement root, in AnswerRules rules);

    /// <summary>Reads an answer, or says what is wrong with one that is not good; nothing at all is <paramref name="empty"/>.</summary>
    public static bool TryRead<T>(ReadOnlyMemory<byte> json, in AnswerRules rules, Reader<T> read, T empty, out T answer, out string problem)
    {
        answer = empty;
        problem = string.Empty;
        if (json.IsEmpty)
        {
            return true;
        }

        try
        {
            using var document = Parse(json);
            answer = read(document.RootElement, rules);
            return true;
        }
        catch (AnswerException exception)
        {
            problem = exception.Message;
            return false;
        }
    }

    /// <summary>The JSON of an answer, or of a part of it that comes alone.</summary>
    public static JsonDocument Parse(ReadOnlyMemory<byte> json)
    {
        if (json.Length > ServiceAnswer.MaxBytes)
        {
            throw Wrong(string.Empty, $"is longer than {ServiceAnswer.MaxBytes} bytes");
        }

        // The parser does not look into strings that nobody asks for, and what is in data is passed on as it is.
        if (!Utf8.IsValid(json.Span))
        {
            throw Wrong(string.Empty, "is not UTF-8");
        }

        try
        {
            return JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MaxDepth });
        }
        catch (JsonException)
        {
            throw Wrong(string.Empty, $"is not JSON, or deeper than {MaxDepth} levels");
        }
    }

    /// <summary>The fields of an object, each known and there once. <paramref name="path"/> is its place, empty for the answer itself.</summary>
    public static Dictionary<string, JsonElement> Fields(JsonElement element, string path, params ReadOnlySpan<string> known)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Wrong(path, "must be an object");
        }

        var fields = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var field in element.EnumerateObject())
        {
            var name = known.IndexOf(NameOf(field, path)) is var index and >= 0 ? known[index] : throw Wrong(path, $"has an unknown field; known here: {string.Join(", ", known)}");
            if (!fields.TryAdd(name, field.Value))
            {
                throw Wrong(Join(path, name), "is there twice");
            }
        }

        return fields;
    }

    public static JsonElement Required(Dictionary<string, JsonElement> fields, string path, string name) =>
        fields.TryGetValue(name, out var value) ? value : throw Wrong(Join(path, name), "is required");

    /// <summary>The elements of an array that may be absent.</summary>
    public static IEnumerable<(JsonElement Element, string Path)> Items(Dictionary<string, JsonElement> fields, string path, string name)
    {
        if (!fields.TryGetValue(name, out var array))
        {
            return [];
        }

        var place = Join(path, name);
        return array.ValueKind == JsonValueKind.Array
            ? array.EnumerateArray().Select((element, i) => (element, $"{place}[{i}]"))
            : throw Wrong(place, "must be an array");
    }

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

    /// <summary>A text that people read.</summary>
    public static string Words(JsonElement element, string path, int maxBytes)
    {
        var text = Text(element, path);
        return text.Length > 0 && Encoding.UTF8.GetByteCount(text) <= maxBytes && !text.Any(char.IsControl)
            ? text
            : throw Wrong(path, $"must be 1 to {maxBytes} bytes without control characters");
    }

    /// <summary>A <c>svc</c> or <c>type</c>.</summary>
    public static byte[] Name(JsonElement element, string path)
    {
        var name = Encoding.UTF8.GetBytes(Text(element, path));
        return EnvelopeRules.IsName(name) ? name : throw Wrong(path, "must be [a-z][a-z0-9_.-]{0,63}");
    }

    public static string Room(JsonElement element, string path)
    {
        var name = Text(element, path);
        return EnvelopeRules.IsRoom(Encoding.UTF8.GetBytes(name)) ? name : throw Wrong(path, "must be 1 to 128 bytes without control characters");
    }

    public static string User(JsonElement element, string path) => Words(element, path, Identity.MaxUserBytes);

    /// <summary>Any value as it stands, for the <c>data</c> of an envelope.</summary>
    public static byte[] Raw(JsonElement element, string path)
    {
        var raw = JsonMarshal.GetRawUtf8Value(element);
        var reader = new Utf8JsonReader(raw, new JsonReaderOptions { MaxDepth = EnvelopeRules.MaxDepth - 1 });
        try
        {
            while (reader.Read())
            {
            }
        }
        catch (JsonException)
        {
            throw Wrong(path, $"must not be deeper than {EnvelopeRules.MaxDepth - 1} levels");
        }

        return raw.ToArray();
    }

    public static AnswerException Wrong(string path, string message) => new(path.Length == 0 ? $"the answer {message}" : $"{path} {message}");

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
