using WsPrism.Configuration.Description;
using WsPrism.Configuration.Sections;
using WsPrism.Core.Configuration;

namespace WsPrism.Configuration;

/// <summary>What a reload cannot change: listeners, certificates, and what the process is built on.</summary>
public static class ConfigRestart
{
    /// <summary>
    /// Gives a configuration that was loaded, and is nobody else's yet, the values of the one that runs at all keys that need a restart. Answers the paths of those
    /// that the file says differently.
    /// </summary>
    public static IReadOnlyList<string> Hold(WsPrismConfig running, WsPrismConfig loaded)
    {
        ArgumentNullException.ThrowIfNull(running);
        ArgumentNullException.ThrowIfNull(loaded);
        var held = new List<string>();
        ((ISectionSpec)RootSection.Root).Hold(running, loaded, "", held);
        return held;
    }
}
