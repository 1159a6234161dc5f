using WsPrism.Plugins;

namespace WsPrism.Gateway.Hosting;

#pragma warning disable CA1032, CA1064 // Thrown by the host and caught by the commands, with the problems.
/// <summary>Plugins of the configuration cannot be loaded.</summary>
internal sealed class PluginsException(IReadOnlyList<PluginProblem> problems) : Exception(string.Join('\n', problems.Select(problem => $"{problem.Path}: {problem.Message}")))
#pragma warning restore CA1032, CA1064
{
    public IReadOnlyList<PluginProblem> Problems => problems;
}
