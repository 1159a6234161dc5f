using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace WsPrism.Configuration.Yaml;

/// <summary>
/// Turns the text into nodes. It uses the parser's events and none of its deserialisation, so that every node keeps its place, nothing
/// is guessed about types, and an alias is never expanded.
/// </summary>
internal sealed class YamlTreeReader
{
    // The deepest key of the format is on level 7.
    private const int MaxDepth = 32;

    private readonly Parser _parser;

    private YamlTreeReader(string text)
    {
        _parser = new Parser(new StringReader(text));
    }

    /// <summary>The root, or null where the file has nothing but comments.</summary>
    public static YamlNode? Read(string text)
    {
        YamlText.Check(text);
        return new YamlTreeReader(text).ReadStream();
    }

    private YamlNode? ReadStream()
    {
        Next();
        if (Next() is not DocumentStart)
            return null;
        var root = ReadNode(Next(), depth: 1);
        Next();
        var after = Next();
        if (after is DocumentStart)
            throw new YamlTextException(Position(after), "the file must be one YAML document: remove the second \"---\" and what follows");
        return root;
    }

    private YamlNode ReadNode(ParsingEvent start, int depth)
    {
        if (depth > MaxDepth)
            throw new YamlTextException(Position(start), $"nested too deep: at most {MaxDepth} levels");
        return start switch
        {
            AnchorAlias => new YamlAlias(Position(start), "aliases (*name) are not allowed: write the value out"),
            Scalar scalar => new YamlScalar(Position(start), RefusalOf(scalar), scalar.Value, scalar.Style == ScalarStyle.Plain),
            SequenceStart sequence => new YamlSequence(Position(start), RefusalOf(sequence), ReadItems(depth)),
            MappingStart mapping => new YamlMapping(Position(start), RefusalOf(mapping), ReadEntries(depth)),
            _ => throw new YamlTextException(Position(start), "invalid YAML: a value was expected here"),
        };
    }

    private List<YamlNode> ReadItems(int depth)
    {
        var items = new List<YamlNode>();
        for (var next = Next(); next is not SequenceEnd; next = Next())
            items.Add(ReadNode(next, depth + 1));
        return items;
    }

    private List<YamlEntry> ReadEntries(int depth)
    {
        var entries = new List<YamlEntry>();
        for (var next = Next(); next is not MappingEnd; next = Next())
        {
            var key = KeyOf(ReadNode(next, depth + 1));
            entries.Add(new(key, ReadNode(Next(), depth + 1)));
        }

        return entries;
    }

    private static YamlScalar KeyOf(YamlNode node) => node switch
    {
        YamlScalar { Text: "<<", Plain: true } merge => merge with { Refusal = "merge keys (<<) are not allowed: write the keys out" },
        YamlScalar scalar => scalar,
        _ => new YamlScalar(node.At, node.Refusal ?? "a key must be plain text", "?", Plain: true),
    };

    private static string? RefusalOf(NodeEvent node)
    {
        if (!node.Anchor.IsEmpty)
            return "anchors (&name) are not allowed: write the value out where it is needed";
        return node.Tag.IsEmpty ? null : "tags (!name) are not allowed: the key decides the type";
    }

    private ParsingEvent Next()
    {
        try
        {
            return _parser.MoveNext() ? _parser.Current! : throw new YamlTextException(new(1, 1), "invalid YAML: it ends too early");
        }
        catch (YamlException e)
        {
            throw new YamlTextException(Position(e.Start), $"invalid YAML: {Sentence(e.Message)}");
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or FormatException or OverflowException or IndexOutOfRangeException)
        {
            // Some malformed escapes and numbers escape the parser as exceptions of other kinds, without a place.
            throw new YamlTextException(Position(_parser.Current?.End ?? Mark.Empty), "invalid YAML after this place");
        }
    }

    private static string Sentence(string message) => message.Length == 0 ? "syntax error" : char.ToLowerInvariant(message[0]) + message[1..].TrimEnd('.', ' ');

    private static YamlPosition Position(ParsingEvent node) => Position(node.Start);

    private static YamlPosition Position(Mark mark) => new((int)Math.Max(1, mark.Line), (int)Math.Max(1, mark.Column));
}
