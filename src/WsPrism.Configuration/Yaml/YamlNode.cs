namespace WsPrism.Configuration.Yaml;

/// <summary>One node of the parsed file with its place. <see cref="Refusal"/> names a YAML feature that this file format does not allow.</summary>
internal abstract record YamlNode(YamlPosition At, string? Refusal);

internal sealed record YamlScalar(YamlPosition At, string? Refusal, string Text, bool Plain) : YamlNode(At, Refusal);

internal sealed record YamlSequence(YamlPosition At, string? Refusal, IReadOnlyList<YamlNode> Items) : YamlNode(At, Refusal);

/// <summary>Entries in the order of the file; a key may come twice, which is for the reader of the section to report.</summary>
internal sealed record YamlMapping(YamlPosition At, string? Refusal, IReadOnlyList<YamlEntry> Entries) : YamlNode(At, Refusal);

/// <summary>An alias: it has no content of its own.</summary>
internal sealed record YamlAlias(YamlPosition At, string? Refusal) : YamlNode(At, Refusal);

internal sealed record YamlEntry(YamlScalar Key, YamlNode Value)
{
    /// <summary>Where to look: at the value, or at the key where the value begins on a later line or is not there at all.</summary>
    public YamlPosition At => Value is YamlSequence or YamlMapping or YamlScalar { Text: "", Plain: true } ? Key.At : Value.At;
}
