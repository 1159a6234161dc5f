using WsPrism.Configuration.Yaml;

namespace WsPrism.Configuration.Description;

/// <summary>One loading of one file: what it may ask of the outside, what is wrong so far, and where everything stands.</summary>
internal sealed class ConfigReading
{
    private readonly HashSet<string> _failed = new(StringComparer.Ordinal);

    public ConfigReading(string file, ConfigEnvironment environment)
    {
        File = file;
        Folder = Path.GetDirectoryName(Path.GetFullPath(file)) ?? "/";
        Environment = environment;
        Source = new(file);
    }

    public string File { get; }

    /// <summary>What relative paths in the file are relative to.</summary>
    public string Folder { get; }

    public ConfigEnvironment Environment { get; }

    public ConfigSourceMap Source { get; }

    public List<ConfigProblem> Errors { get; } = [];

    public List<ConfigProblem> Warnings { get; } = [];

    /// <summary>Paths whose values came from <c>${…}</c>: no message may repeat them.</summary>
    public HashSet<string> Substituted { get; } = new(StringComparer.Ordinal);

    /// <summary>Reports at the place of <paramref name="path"/>, or of the section that lacks it.</summary>
    public void Error(string path, string message) => Error(Source.Nearest(path), path, message);

    public void Error(YamlPosition at, string path, string message)
    {
        Errors.Add(new(File, at.Line, at.Column, path, message));
        for (var part = path; _failed.Add(part) && part.Length > 0;)
            part = ConfigPath.Parent(part);
    }

    public void Warn(string path, string message)
    {
        var at = Source.Nearest(path);
        Warnings.Add(new(File, at.Line, at.Column, path, message));
    }

    /// <summary>True where the path or something below it is wrong, so that a rule about it has nothing to go by.</summary>
    public bool Failed(string path) => _failed.Contains(path);

    /// <summary>Reports a YAML feature that is not allowed; false where the node has no content to go on with.</summary>
    public bool Accept(YamlNode node, string path)
    {
        if (node.Refusal is not null)
            Error(node.At, path, node.Refusal);
        return node is not YamlAlias;
    }
}
