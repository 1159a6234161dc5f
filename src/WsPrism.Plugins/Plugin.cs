using WsPrism.Core;
using WsPrism.Core.Configuration;
using WsPrism.Core.Dispatch;
using WsPrism.Core.Tenants;
using WsPrism.Services;

namespace WsPrism.Plugins;

/// <summary>
/// One entry of <c>services.ext</c> that runs in the gateway, with all that it offers. Loaded, started once it is in force, and disposed when no shard calls it
/// any more; messages of it that are still out of the line then are answered all the same.
/// </summary>
internal abstract class Plugin(string tenant, ExtServiceConfig config) : IDisposable
{
    /// <summary>The tenant's id.</summary>
    public string Tenant => tenant;

    public ExtServiceConfig Config => config;

    public PluginCounters Counters { get; } = new();

    /// <summary>What it does on the Ext lane; null for nothing.</summary>
    public virtual IExtService? Ext => null;

    /// <summary>What it does on the Hot lane; null for nothing.</summary>
    public virtual IHotService? Hot => null;

    /// <summary>What it does where <c>services.filters</c> names it; null where it cannot be a filter.</summary>
    public virtual IExtFilter? Filter => null;

    /// <summary>It is in force from now on. <paramref name="previous"/> is the one that it takes the place of, which is disposed next; null where there was none.</summary>
    public virtual void Start(GatewayNode node, Tenant owner, Plugin? previous)
    {
    }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
    }
}
