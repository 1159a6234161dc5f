namespace WsPrism.Configuration.Yaml;

/// <summary>The file is not YAML of the kind we take; nothing after <see cref="At"/> can be judged.</summary>
internal sealed class YamlTextException : Exception
{
    public YamlTextException(YamlPosition at, string message)
        : base(message)
    {
        At = at;
    }

    public YamlPosition At { get; }
}
