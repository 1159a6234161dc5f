namespace WsPrism.Services;

/// <summary>
/// What the gateway gives a plugin for its whole life: take it in the constructor, which is public and has this parameter alone or none. Safe for all threads.
/// </summary>
public interface IPluginHost
{
    /// <summary>The id of the tenant whose plugin this is. Each tenant has instances of its own.</summary>
    string Tenant { get; }

    /// <summary>What the configuration calls the service: the <c>svc</c> of its messages.</summary>
    string Service { get; }

    /// <summary>What the configuration says in <c>settings</c>. A change of it makes a new instance, and this one is disposed of.</summary>
    IReadOnlyDictionary<string, string> Settings { get; }

    /// <summary>The gateway's clock: with it instead of the system's, a plugin can be tested on a clock that a test moves.</summary>
    TimeProvider Time { get; }

    /// <summary>Writes a line into the gateway's log, with the plugin's name in front. Never a client's secret, and not for every message.</summary>
    void Log(PluginLogLevel level, string text, Exception? exception = null);
}
