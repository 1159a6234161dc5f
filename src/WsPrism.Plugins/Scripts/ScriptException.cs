namespace WsPrism.Plugins.Scripts;

/// <summary>A script asked for something that cannot be; the message is for its author and becomes an error in the script. Never leaves this folder.</summary>
#pragma warning disable CA1032, CA1064 // Thrown and caught here, with a text and nothing else.
internal sealed class ScriptException(string message) : Exception(message);
#pragma warning restore CA1032, CA1064
