namespace WsPrism.Configuration.Description;

/// <summary>What a rule of a section sees of the loading; paths are relative to the section.</summary>
internal sealed class SectionScope
{
    private readonly string _path;
    private readonly ConfigReading _reading;

    public SectionScope(string path, ConfigReading reading)
    {
        _path = path;
        _reading = reading;
    }

    /// <summary>True where the file has the key.</summary>
    public bool Written(string relative) => _reading.Source.Contains(Full(relative));

    /// <summary>True where none of the keys is wrong: a rule about them makes sense.</summary>
    public bool Good(params ReadOnlySpan<string> relatives)
    {
        foreach (var relative in relatives)
        {
            if (_reading.Failed(Full(relative)))
                return false;
        }

        return true;
    }

    public void Error(string relative, string message) => _reading.Error(Full(relative), message);

    public void Warn(string relative, string message) => _reading.Warn(Full(relative), message);

    /// <summary>A value, or a part of it, as a message may show it: not where it came from outside.</summary>
    public string Show(string relative, object value) => _reading.Substituted.Contains(Full(relative)) ? "a value from outside" : $"{value}";

    /// <summary>The path from the root of the file, for a message about another key.</summary>
    public string Full(string relative) => ConfigPath.Join(_path, relative);
}
