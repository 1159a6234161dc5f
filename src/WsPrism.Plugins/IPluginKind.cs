using WsPrism.Core.Configuration;

namespace WsPrism.Plugins;

/// <summary>Makes plugins of one kind. Safe for all threads.</summary>
internal interface IPluginKind
{
    ExtServiceKind Kind { get; }

    /// <summary>Loads a plugin and checks all of it that can be checked; nothing of it runs for clients before <see cref="Plugin.Start"/>.</summary>
    /// <exception cref="PluginException">Its file is not good.</exception>
    Plugin Load(string tenant, ExtServiceConfig config);
}
