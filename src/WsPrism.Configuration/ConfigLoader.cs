using WsPrism.Configuration.Description;
using WsPrism.Configuration.Sections;
using WsPrism.Configuration.Yaml;
using WsPrism.Core.Configuration;

namespace WsPrism.Configuration;

/// <summary>Reads <c>wsprism.yaml</c>: a configuration, or all that is wrong with the file. It never throws for what a file holds.</summary>
public static class ConfigLoader
{
    /// <summary>Loads a file. Relative paths in it are relative to its folder.</summary>
    public static ConfigLoadResult LoadFile(string path, ConfigEnvironment? environment = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var reading = new ConfigReading(path, environment ?? ConfigEnvironment.Process);
        try
        {
            return Load(YamlText.Decode(reading.Environment.ReadFile(path, YamlText.MaxBytes)), reading);
        }
        catch (YamlTextException e)
        {
            reading.Error(e.At, "", e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            reading.Error(default, "", e is FileNotFoundException or DirectoryNotFoundException ? "the file does not exist" : "the file cannot be read");
        }

        return Result(null, reading);
    }

    /// <summary>Loads a text as if it were the file <paramref name="fileName"/>.</summary>
    public static ConfigLoadResult LoadText(string text, string fileName, ConfigEnvironment? environment = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentException.ThrowIfNullOrEmpty(fileName);
        return Load(text, new(fileName, environment ?? ConfigEnvironment.Process));
    }

    private static ConfigLoadResult Load(string text, ConfigReading reading)
    {
        WsPrismConfig? config = null;
        try
        {
            var root = YamlTreeReader.Read(text);
            if (root is null or YamlScalar { Text: "", Plain: true })
                reading.Error("", "the file is empty: it needs \"version: 1\" and at least one entry in \"tenants\"");
            else
                RootSection.Root.TryRead(root, "", reading, out config);
        }
        catch (YamlTextException e)
        {
            reading.Error(e.At, "", e.Message);
        }

        return Result(config, reading);
    }

    // A rule looks back at keys that were read before, so problems come out of order; the reader of the file wants them from top to bottom.
    private static ConfigLoadResult Result(WsPrismConfig? config, ConfigReading reading) =>
        new(reading.Errors.Count == 0 ? config : null, InOrder(reading.Errors), InOrder(reading.Warnings), reading.Source);

    private static List<ConfigProblem> InOrder(List<ConfigProblem> problems) =>
        [.. problems.OrderBy(problem => problem.Line).ThenBy(problem => problem.Column)];
}
