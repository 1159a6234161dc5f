using System.Text;
using System.Text.Json;

namespace WsPrism.Protocol.Tests.Ext;

/// <summary>Random valid envelopes, and random damage to them.</summary>
internal static class RandomEnvelope
{
    private static readonly string[] Tokens =
    [
        "\"svc\":", "\"type\":", "\"room\":", "\"id\":", "\"data\":", "\"v\":1,", "\"v\":2,", "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u0000",
        "\\ud800", "\\udc00", "null", "-0", "1.5", "9223372036854775808", "\u0085", "\uFEFF", "é", "[[[[[[[[[[[[[[[[[["
    ];

    public static byte[] Create(Random random)
    {
        var fields = new List<string> { Field(random, "svc", Name(random)), Field(random, "type", Name(random)) };
        if (random.Next(2) == 0)
            fields.Add("\"v\":1");
        if (random.Next(2) == 0)
            fields.Add(Field(random, "room", Text(random, 30)));
        if (random.Next(2) == 0)
            fields.Add($"\"id\": {(random.Next(2) == 0 ? random.NextInt64(long.MinValue, long.MaxValue) : Quote(random, Text(random, 15)))}");
        if (random.Next(2) == 0)
            fields.Add($"\"data\" :{Value(random, 3)}");

        random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(fields));
        return Encoding.UTF8.GetBytes($"{{{string.Join(" ,", fields)}}}");
    }

    public static byte[] Damage(Random random, byte[] message)
    {
        var bytes = message.ToList();
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            var at = random.Next(bytes.Count + 1);
            if (random.Next(3) == 0)
                bytes.InsertRange(at, Encoding.UTF8.GetBytes(RandomValues.Pick(random, Tokens)));
            else if (at < bytes.Count && random.Next(2) == 0)
                bytes.RemoveRange(at, random.Next(Math.Min(8, bytes.Count - at) + 1));
            else if (at < bytes.Count)
                bytes[at] ^= (byte)(1 << random.Next(8));
        }

        return [.. bytes];
    }

    private static string Field(Random random, string name, string text) => $"{Quote(random, name)}:{Quote(random, text)}";

    private static string Name(Random random)
    {
        var name = new StringBuilder("n");
        for (var i = random.Next(12); i > 0; i--)
            name.Append(RandomValues.Pick(random, 'a', 'z', '0', '9', '_', '.', '-'));

        return name.ToString();
    }

    private static string Text(Random random, int maxLength)
    {
        var text = new StringBuilder("t");
        for (var i = random.Next(maxLength); i > 0; i--)
            text.Append(RandomValues.Pick(random, "a", " ", "\"", "\\", "/", "é", "e\u0301", "\u202E"));

        return text.Append(RandomValues.Pick(random, "", "😀", "漢")).ToString();
    }

    private static string Quote(Random random, string text)
    {
        if (random.Next(3) > 0)
            return JsonSerializer.Serialize(text, JsonOptions);

        return $"\"{string.Concat(text.Select(unit => $"\\u{(int)unit:x4}"))}\"";
    }

    private static readonly JsonSerializerOptions JsonOptions =
        new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static string Value(Random random, int depth) => random.Next(depth == 0 ? 5 : 7) switch
    {
        0 => "null",
        1 => "true",
        2 => "-12.50e+3",
        3 => random.Next().ToString(System.Globalization.CultureInfo.InvariantCulture),
        4 => Quote(random, Text(random, 5)),
        5 => $"[{Value(random, depth - 1)}, {Value(random, depth - 1)}]",
        _ => $"{{ \"svc\": {Value(random, depth - 1)} }}"
    };
}
