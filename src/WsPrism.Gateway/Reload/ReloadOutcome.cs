namespace WsPrism.Gateway.Reload;

/// <summary>How a reload ended.</summary>
internal enum ReloadOutcome
{
    /// <summary>The new configuration is in force.</summary>
    Applied,

    /// <summary>The file says what is in force already.</summary>
    Unchanged,

    /// <summary>The file is wrong; the running configuration stays.</summary>
    Invalid,

    /// <summary>The gateway drains.</summary>
    Refused,

    /// <summary>A fault of the gateway's own.</summary>
    Failed,
}
