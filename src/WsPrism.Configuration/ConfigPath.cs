using System.Globalization;

namespace WsPrism.Configuration;

/// <summary>Paths of keys, as errors and the source map write them.</summary>
internal static class ConfigPath
{
    public static string Key(string section, string key)
    {
        var plain = key.Length is > 0 and <= 64 && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
        if (!plain)
            return $"{section}[{Shown.Quote(key)}]";
        return section.Length == 0 ? key : $"{section}.{key}";
    }

    public static string Item(string list, int index) => string.Create(CultureInfo.InvariantCulture, $"{list}[{index}]");

    /// <summary>Joins a path that begins with a key to the section it is relative to.</summary>
    public static string Join(string section, string relative)
    {
        if (section.Length == 0 || relative.Length == 0)
            return section + relative;
        return relative[0] == '[' ? section + relative : $"{section}.{relative}";
    }

    public static string Parent(string path)
    {
        var end = path.EndsWith("\"]", StringComparison.Ordinal) ? path.LastIndexOf("[\"", StringComparison.Ordinal) : path.LastIndexOfAny(['.', '[']);
        return end < 0 ? "" : path[..end];
    }
}
