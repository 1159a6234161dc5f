using System.Globalization;
using System.Text;
using System.Text.Unicode;
using WsPrism.Protocol.Ext;

namespace WsPrism.Core.Tickets;

/// <summary>
/// The members of a JSON object from somebody who may lie. Strict: valid UTF-8, RFC 8259, no name twice (two readers could take different ones), bounded
/// depth. Nothing is thrown. The readers of single members tell one that is absent, which is fine, from one of the wrong type, which is not.
/// </summary>
internal sealed class JsonMembers
{
    /// <summary>The deepest nesting of a member's value.</summary>
    public const int MaxLevels = 16;

    // 9999-12-31T23:59:59Z, the last second that the platform's own dates know.
    private const double MaxSeconds = 253_402_300_799;

    private readonly byte[] _json;
    private readonly Dictionary<string, (JsonKind Kind, Range Raw)> _members = new(StringComparer.Ordinal);

    private JsonMembers(byte[] json) => _json = json;

    /// <summary>Reads the object that is the whole text; null where the text is anything else.</summary>
    public static JsonMembers? Parse(byte[] json)
    {
        var members = new JsonMembers(json);
        return Utf8.IsValid(json) && members.TryRead() ? members : null;
    }

    public bool Has(string name) => _members.ContainsKey(name);

    /// <summary>A string; null where it is absent. False where it is something else.</summary>
    public bool TryText(string name, out string? text)
    {
        text = null;
        return !_members.TryGetValue(name, out var member) || (member.Kind == JsonKind.String && (text = ReadText(_json.AsSpan(member.Raw))) is not null);
    }

    /// <summary>An array of strings; null where it is absent. False where it is something else.</summary>
    public bool TryTexts(string name, out IReadOnlyList<string>? texts)
    {
        texts = null;
        return !_members.TryGetValue(name, out var member) || (texts = ReadTexts(_json.AsSpan(member.Raw))) is not null;
    }

    /// <summary>A string or an array of strings, which is what <c>aud</c> may be; null where it is absent. False where it is something else.</summary>
    public bool TryTextOrTexts(string name, out IReadOnlyList<string>? texts)
    {
        if (!TryText(name, out var text))
        {
            return TryTexts(name, out texts);
        }

        texts = text is null ? null : [text];
        return true;
    }

    /// <summary>
    /// A NumericDate (RFC 7519 §2), in milliseconds since 1970; null where it is absent. False where it is something else, before 1970 or after the year 9999.
    /// </summary>
    public bool TryTime(string name, out long? unixTimeMs)
    {
        unixTimeMs = null;
        if (!_members.TryGetValue(name, out var member))
        {
            return true;
        }

        if (member.Kind != JsonKind.Number
            || !double.TryParse(_json.AsSpan(member.Raw), NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) || seconds is not (>= 0 and <= MaxSeconds))
        {
            return false;
        }

        unixTimeMs = (long)Math.Round(seconds * 1_000);
        return true;
    }

    /// <summary>An integer from 1 to 2,147,483,647, written as one; null where it is absent. False where it is something else.</summary>
    public bool TryPositive(string name, out int? number)
    {
        number = null;
        if (!_members.TryGetValue(name, out var member))
        {
            return true;
        }

        if (member.Kind != JsonKind.Number || !int.TryParse(_json.AsSpan(member.Raw), NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value < 1)
        {
            return false;
        }

        number = value;
        return true;
    }

    /// <summary>Milliseconds since 1970 as an integer; null where it is absent. False where it is something else or after the year 9999.</summary>
    public bool TryMilliseconds(string name, out long? unixTimeMs)
    {
        unixTimeMs = null;
        if (!_members.TryGetValue(name, out var member))
        {
            return true;
        }

        if (member.Kind != JsonKind.Number || !long.TryParse(_json.AsSpan(member.Raw), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            || value > MaxSeconds * 1_000)
        {
            return false;
        }

        unixTimeMs = value;
        return true;
    }

    /// <summary>An object, as strict as this one; null where it is absent. False where it is something else.</summary>
    public bool TryObject(string name, out JsonMembers? members)
    {
        members = null;
        return !_members.TryGetValue(name, out var member) || (members = Parse(_json[member.Raw])) is not null;
    }

    /// <summary>An array of objects, each as strict as this one; null where it is absent. False where it is something else or has more entries.</summary>
    public bool TryObjects(string name, int max, out IReadOnlyList<JsonMembers>? objects)
    {
        objects = null;
        return !_members.TryGetValue(name, out var member) || (objects = ReadObjects(_json.AsSpan(member.Raw), max)) is not null;
    }

    /// <summary>True where no member has another name than these.</summary>
    public bool HasOnly(ReadOnlySpan<string> names)
    {
        foreach (var name in _members.Keys)
        {
            if (!names.Contains(name))
            {
                return false;
            }
        }

        return true;
    }

    private bool TryRead()
    {
        var at = JsonSyntax.SkipSpace(_json, 0);
        if (JsonSyntax.At(_json, at) != '{')
        {
            return false;
        }

        at = JsonSyntax.SkipSpace(_json, at + 1);
        if (JsonSyntax.At(_json, at) == '}')
        {
            return JsonSyntax.SkipSpace(_json, at + 1) == _json.Length;
        }

        while (TryReadMember(ref at))
        {
            var next = JsonSyntax.At(_json, at);
            at = JsonSyntax.SkipSpace(_json, at + 1);
            if (next != ',')
            {
                return next == '}' && at == _json.Length;
            }
        }

        return false;
    }

    private bool TryReadMember(ref int at)
    {
        var start = at;
        var value = JsonSyntax.SkipName(_json, start, out var nameEnd, out _);
        if (value < 0 || ReadText(_json.AsSpan(start..nameEnd)) is not { } name)
        {
            return false;
        }

        var end = JsonSyntax.SkipValue(_json, value, out var kind, out _, out var levels);
        if (end < 0 || levels > MaxLevels || !_members.TryAdd(name, (kind, value..end)))
        {
            return false;
        }

        at = JsonSyntax.SkipSpace(_json, end);
        return true;
    }

    // The text between the brackets is known to be well-formed.
    private static List<string>? ReadTexts(ReadOnlySpan<byte> array)
    {
        if (array[0] != '[')
        {
            return null;
        }

        var texts = new List<string>();
        var at = JsonSyntax.SkipSpace(array, 1);
        while (JsonSyntax.At(array, at) != ']')
        {
            var end = JsonSyntax.SkipValue(array, at, out var kind, out _, out _);
            if (kind != JsonKind.String || ReadText(array[at..end]) is not { } text)
            {
                return null;
            }

            texts.Add(text);
            at = JsonSyntax.SkipSpace(array, end);
            at = JsonSyntax.At(array, at) == ',' ? JsonSyntax.SkipSpace(array, at + 1) : at;
        }

        return texts;
    }

    private static List<JsonMembers>? ReadObjects(ReadOnlySpan<byte> array, int max)
    {
        if (array[0] != '[')
        {
            return null;
        }

        var objects = new List<JsonMembers>();
        var at = JsonSyntax.SkipSpace(array, 1);
        while (JsonSyntax.At(array, at) != ']')
        {
            var end = JsonSyntax.SkipValue(array, at, out _, out _, out _);
            if (objects.Count == max || Parse(array[at..end].ToArray()) is not { } members)
            {
                return null;
            }

            objects.Add(members);
            at = JsonSyntax.SkipSpace(array, end);
            at = JsonSyntax.At(array, at) == ',' ? JsonSyntax.SkipSpace(array, at + 1) : at;
        }

        return objects;
    }

    // Null where half of a surrogate pair stands alone: no text has that.
    private static string? ReadText(ReadOnlySpan<byte> token)
    {
        var text = new byte[token.Length];
        return JsonText.TryUnescape(token[1..^1], text, out var length) ? Encoding.UTF8.GetString(text, 0, length) : null;
    }
}
