namespace WsPrism.Plugins;

/// <summary>Why a call of a plugin failed.</summary>
internal enum PluginFailure
{
    /// <summary>An exception, an error of a script, a trap of a module.</summary>
    Error,

    /// <summary>It ran over its instructions, fuel, memory or time.</summary>
    Limit,

    /// <summary>It answered what is no answer.</summary>
    BadAnswer,
}
