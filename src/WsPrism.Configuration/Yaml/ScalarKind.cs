namespace WsPrism.Configuration.Yaml;

/// <summary>What a scalar is by the YAML 1.2 core schema.</summary>
internal enum ScalarKind
{
    Text,
    Null,
    Boolean,
    Integer,
    Float,

    /// <summary>It came, in part at least, from <c>${…}</c>: text from outside that takes the type its key wants.</summary>
    Substituted,
}
