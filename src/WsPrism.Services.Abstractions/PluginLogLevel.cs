namespace WsPrism.Services;

/// <summary>How much a line of the log matters.</summary>
public enum PluginLogLevel : byte
{
    /// <summary>For who looks for a fault of the plugin; not written unless the operator asks for it.</summary>
    Debug,

    /// <summary>Something the operator may like to know.</summary>
    Information,

    /// <summary>Something the operator should look at.</summary>
    Warning,

    /// <summary>Something does not work.</summary>
    Error,
}
