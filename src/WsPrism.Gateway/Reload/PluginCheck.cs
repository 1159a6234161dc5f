using WsPrism.Configuration;
using WsPrism.Plugins;

namespace WsPrism.Gateway.Reload;

/// <summary>Shows what is wrong with plugins where the file of the configuration names them.</summary>
internal static class PluginCheck
{
    /// <summary>The problems as those of the configuration, with the places of its keys.</summary>
    public static IReadOnlyList<ConfigProblem> Locate(IReadOnlyList<PluginProblem> problems, ConfigSourceMap source) => [.. problems.Select(problem => Locate(problem, source))];

    private static ConfigProblem Locate(PluginProblem problem, ConfigSourceMap source)
    {
        var (file, line, column, _) = source.Find(problem.Path);
        return new ConfigProblem(file, line, column, problem.Path, problem.Message);
    }
}
