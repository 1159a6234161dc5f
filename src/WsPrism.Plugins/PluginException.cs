namespace WsPrism.Plugins;

/// <summary>A plugin cannot be loaded. The message says what is wrong with its file, for the person who wrote it.</summary>
#pragma warning disable CA1032, CA1064 // Thrown by the kinds and caught here, with a text.
internal sealed class PluginException(string message, Exception? inner = null) : Exception(message, inner);
#pragma warning restore CA1032, CA1064
