using WsPrism.Core;
using WsPrism.Core.Configuration;
using WsPrism.Core.Dispatch;
using WsPrism.Services;

namespace WsPrism.Plugins;

/// <summary>
/// The plugins of all tenants: loaded before their configuration is in force, kept as long as it says the same of them, disposed when it does not. Prepared and
/// put in force by one thread at a time; the rest is safe for all threads.
/// </summary>
internal sealed class PluginServices(IReadOnlyList<IPluginKind> kinds) : ITenantServiceFactory, IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Tenant, string Name), Plugin> _running = [];

    // Loaded for a configuration that is not in force yet.
    private readonly Dictionary<(string Tenant, string Name), Plugin> _prepared = [];

    // The same as the values of _running, for who must not wait while a plugin is loaded or disposed of.
    private volatile Plugin[] _all = [];

    /// <summary>The plugins in force at this moment.</summary>
    public IReadOnlyList<Plugin> Running => _all;

    /// <summary>Loads what a configuration has and the one in force has not; says what cannot be loaded.</summary>
    public IReadOnlyList<PluginProblem> Prepare(WsPrismConfig config)
    {
        var problems = new List<PluginProblem>();
        lock (_gate)
        {
            Forget();
            for (var t = 0; t < config.Tenants.Count; t++)
            {
                var tenant = config.Tenants[t];
                for (var s = 0; s < tenant.Services.Ext.Count; s++)
                {
                    var service = tenant.Services.Ext[s];
                    if (KindOf(service) is { } kind)
                    {
                        Prepare(kind, tenant, service, $"tenants[{t}].services.ext[{s}]", problems);
                    }
                }
            }

            if (problems.Count > 0)
            {
                Forget();
            }
        }

        return problems;
    }

    /// <summary>What is a filter is no service: its module is asked in one way or the other.</summary>
    public IReadOnlyList<IExtService> CreateExt(TenantConfig tenant) =>
        [.. Of(tenant).Where(plugin => !tenant.Services.Filters.Contains(plugin.Config.Name)).Select(plugin => plugin.Ext).OfType<IExtService>()];

    public IReadOnlyList<IHotService> CreateHot(TenantConfig tenant) => [.. Of(tenant).Select(plugin => plugin.Hot).OfType<IHotService>()];

    public IReadOnlyList<IExtFilter> CreateFilters(TenantConfig tenant)
    {
        var plugins = Of(tenant);
        return [.. tenant.Services.Filters.Select(name => plugins.Single(plugin => plugin.Config.Name == name).Filter!)];
    }

    /// <summary>A configuration is in force: starts what is new in it and disposes of what is not in it any more. No shard calls that now.</summary>
    public void Settle(WsPrismConfig config, GatewayNode node)
    {
        lock (_gate)
        {
            var gone = new Dictionary<(string Tenant, string Name), Plugin>(_running);
            foreach (var tenant in config.Tenants)
            {
                foreach (var plugin in Of(tenant))
                {
                    var key = (tenant.Id, plugin.Config.Name);
                    if (gone.GetValueOrDefault(key) == plugin)
                    {
                        gone.Remove(key);
                        continue;
                    }

                    _prepared.Remove(key);
                    _running[key] = plugin;
                    plugin.Start(node, node.FindTenant(tenant.Id)!, gone.GetValueOrDefault(key));
                }
            }

            foreach (var (key, plugin) in gone)
            {
                if (_running[key] == plugin)
                {
                    _running.Remove(key);
                }
            }

            _all = [.. _running.Values];
            foreach (var plugin in gone.Values)
            {
                plugin.Dispose();
            }

            Forget();
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var plugin in _running.Values)
            {
                plugin.Dispose();
            }

            _running.Clear();
            _all = [];
            Forget();
        }
    }

    private IPluginKind? KindOf(ExtServiceConfig service) => kinds.FirstOrDefault(kind => kind.Kind == service.Kind);

    private Plugin[] Of(TenantConfig tenant)
    {
        lock (_gate)
        {
            return [.. tenant.Services.Ext.Where(service => KindOf(service) is not null).Select(service => Find(tenant.Id, service) ?? LoadNow(tenant.Id, service))];
        }
    }

    private Plugin? Find(string tenant, ExtServiceConfig service)
    {
        var key = (tenant, service.Name);
        if (_prepared.TryGetValue(key, out var plugin) && ConfigDiff.AreEqual(plugin.Config, service))
        {
            return plugin;
        }

        return _running.TryGetValue(key, out plugin) && ConfigDiff.AreEqual(plugin.Config, service) ? plugin : null;
    }

    // For who has not prepared the configuration.
    private Plugin LoadNow(string tenant, ExtServiceConfig service) => _prepared[(tenant, service.Name)] = KindOf(service)!.Load(tenant, service);

    private void Prepare(IPluginKind kind, TenantConfig tenant, ExtServiceConfig service, string path, List<PluginProblem> problems)
    {
        try
        {
            var plugin = Find(tenant.Id, service) ?? (_prepared[(tenant.Id, service.Name)] = kind.Load(tenant.Id, service));
            if (plugin.Filter is null && tenant.Services.Filters.Contains(service.Name))
            {
                problems.Add(new PluginProblem($"{path}.name", "is named in filters, but this plugin cannot be a filter"));
            }

            if (plugin.Hot is null && tenant.Services.Hot.Values.Contains(service.Name))
            {
                problems.Add(new PluginProblem($"{path}.name", "is named in hot, but this plugin handles no Hot frames"));
            }
        }
        catch (PluginException exception)
        {
            problems.Add(new PluginProblem($"{path}.{(service.Kind == ExtServiceKind.Native ? "assembly" : "file")}", exception.Message));
        }
    }

    private void Forget()
    {
        foreach (var plugin in _prepared.Values)
        {
            plugin.Dispose();
        }

        _prepared.Clear();
    }
}
