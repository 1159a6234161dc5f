using WsPrism.Core.Configuration;

namespace WsPrism.Backend.Link;

/// <summary>All backend links of a gateway, by tenant. Safe for all threads.</summary>
internal sealed class BackendLinks(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, TenantLink> _tenants = new(StringComparer.Ordinal);
    private bool _isStopped;

    /// <summary>The tenants that have, or had, services of this kind.</summary>
    public TenantLink[] Tenants
    {
        get
        {
            lock (_gate)
            {
                return [.. _tenants.Values.OrderBy(tenant => tenant.Id, StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>A tenant's services as its configuration has them now: the instances that were there before, where they were.</summary>
    public IReadOnlyList<LinkService> Create(TenantConfig config)
    {
        var rpc = config.Services.Ext.Where(service => service.Kind == ExtServiceKind.Rpc).ToArray();
        TenantLink tenant;
        lock (_gate)
        {
            if (!_tenants.TryGetValue(config.Id, out tenant!))
            {
                _tenants.Add(config.Id, tenant = new TenantLink(config.Id, time));
            }
        }

        tenant.Configure(rpc.Select(service => service.Name));
        return [.. rpc.Select(service => Set(tenant.Ensure(service.Name), service, config))];
    }

    /// <summary>The link of a tenant; null where it has none.</summary>
    public TenantLink? Find(string tenant)
    {
        lock (_gate)
        {
            return _tenants.GetValueOrDefault(tenant);
        }
    }

    /// <summary>Sends the workers of other tenants than these away, which a reload has taken out.</summary>
    public void Retain(IReadOnlyCollection<string> tenants)
    {
        TenantLink[] gone;
        lock (_gate)
        {
            gone = [.. _tenants.Values.Where(tenant => !tenants.Contains(tenant.Id))];
            foreach (var tenant in gone)
            {
                _tenants.Remove(tenant.Id);
            }
        }

        foreach (var worker in gone.SelectMany(tenant => tenant.Workers))
        {
            worker.Stop();
        }
    }

    /// <summary>Tells all workers that the gateway is going away within this time; they are needed until then.</summary>
    public void AnnounceDrain(int graceMs)
    {
        foreach (var worker in Tenants.SelectMany(tenant => tenant.Workers))
        {
            worker.AnnounceDrain(graceMs);
        }
    }

    /// <summary>Sends all workers away.</summary>
    public void Stop()
    {
        Volatile.Write(ref _isStopped, true);
        foreach (var worker in Tenants.SelectMany(tenant => tenant.Workers))
        {
            worker.Stop();
        }
    }

    /// <summary>True from the moment when nobody is let in any more.</summary>
    public bool IsStopped => Volatile.Read(ref _isStopped);

    private static LinkService Set(LinkService service, ExtServiceConfig config, TenantConfig tenant)
    {
        service.TimeoutMs = config.TimeoutMs;
        service.HotIds = [.. tenant.Services.Hot.Where(entry => entry.Value == config.Name).Select(entry => entry.Key).Order()];
        return service;
    }
}
