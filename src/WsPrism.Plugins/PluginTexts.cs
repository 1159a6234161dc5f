namespace WsPrism.Plugins;

/// <summary>What clients are told of plugins.</summary>
internal static class PluginTexts
{
    public const string Off = "The service failed again and again; try again later.";
}
