using WsPrism.Configuration.Yaml;

namespace WsPrism.Configuration;

/// <summary>
/// Where each key of a loaded file stands, by path: <c>gateway.listen</c>, <c>tenants[0].policy.ext_allowlist[1]</c>. Entries of
/// <c>dev_tickets</c> go by number, <c>tenants[0].auth.dev_tickets[0]</c>, for a ticket is never written to a log.
/// </summary>
public sealed class ConfigSourceMap
{
    private readonly string _file;
    private readonly Dictionary<string, YamlPosition> _positions = new(StringComparer.Ordinal) { [""] = new(1, 1) };

    internal ConfigSourceMap(string file)
    {
        _file = file;
    }

    /// <summary>Paths of all keys and list entries that are written in the file, without order.</summary>
    public IEnumerable<string> Paths => _positions.Keys.Where(path => path.Length > 0);

    /// <summary>Where <paramref name="path"/> is written, or that its default applies.</summary>
    public ConfigSource Find(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var position = Nearest(path);
        return new(_file, position.Line, position.Column, IsDefault: !_positions.ContainsKey(path));
    }

    internal void Add(string path, YamlPosition position) => _positions.TryAdd(path, position);

    internal bool Contains(string path) => _positions.ContainsKey(path);

    /// <summary>The place of the path or, where it is not written, of the innermost section around it that is.</summary>
    internal YamlPosition Nearest(string path)
    {
        YamlPosition position;
        while (!_positions.TryGetValue(path, out position))
            path = ConfigPath.Parent(path);
        return position;
    }
}
