using Microsoft.Extensions.Logging;
using WsPrism.Backend.Events;
using WsPrism.Backend.Link;
using WsPrism.Backend.Webhooks;
using WsPrism.Core.Configuration;
using WsPrism.Core.Dispatch;
using WsPrism.Core.Tenants;
using WsPrism.Services;

namespace WsPrism.Backend;

/// <summary>
/// The services of all tenants that are other people's programs. What did not change in a tenant's configuration stays the same instance, with its queue and
/// its breaker; what is gone finishes what it has begun. Safe for all threads.
/// </summary>
internal sealed class BackendServices(TimeProvider time, ILoggerFactory loggers) : ITenantServiceFactory, IDisposable
{
    private readonly Lock _gate = new();
    private readonly ILogger _logger = loggers.CreateLogger("WsPrism.Backend");
    private readonly Dictionary<(string Tenant, string Name), WebhookService> _webhooks = [];
    private readonly Dictionary<string, TenantEvents> _events = [];

    // Replaced instances whose last events may still be on their way.
    private readonly List<TenantEvents> _leaving = [];

    /// <summary>The workers that connect in.</summary>
    public BackendLinks Links { get; } = new(time);

    /// <summary>The webhook services at this moment.</summary>
    public WebhookService[] Webhooks
    {
        get
        {
            lock (_gate)
            {
                return [.. _webhooks.Values];
            }
        }
    }

    /// <summary>The tenants that tell their backend what happens, at this moment.</summary>
    public TenantEvents[] Events
    {
        get
        {
            lock (_gate)
            {
                return [.. _events.Values];
            }
        }
    }

    public IReadOnlyList<IExtService> CreateExt(TenantConfig tenant)
    {
        lock (_gate)
        {
            var services = new List<IExtService>();
            foreach (var config in tenant.Services.Ext.Where(service => service.Kind == ExtServiceKind.Webhook))
            {
                if (!_webhooks.TryGetValue((tenant.Id, config.Name), out var service) || service.Config != config)
                {
                    // One that was there before ends with its last call, when nobody knows it any more.
                    _webhooks[(tenant.Id, config.Name)] = service = new WebhookService(tenant.Id, config, time, _logger);
                }

                services.Add(service);
            }

            foreach (var key in _webhooks.Keys.Where(key => key.Tenant == tenant.Id && tenant.Services.Ext.All(config => config.Name != key.Name)).ToArray())
            {
                _webhooks.Remove(key);
            }

            return [.. services, .. Links.Create(tenant)];
        }
    }

    public IReadOnlyList<IHotService> CreateHot(TenantConfig tenant) => Links.Create(tenant);

    public ITenantEvents? CreateEvents(TenantConfig tenant)
    {
        lock (_gate)
        {
            var current = _events.GetValueOrDefault(tenant.Id);
            if (current?.Config == tenant.Services.Events)
            {
                return current;
            }

            if (current is not null)
            {
                Leave(current);
            }

            return tenant.Services.Events is { } config ? _events[tenant.Id] = new TenantEvents(tenant.Id, config, time, _logger) : null;
        }
    }

    /// <summary>Lets go of what belongs to other tenants than these, which a reload has taken out.</summary>
    public void Retain(IReadOnlyCollection<string> tenants)
    {
        lock (_gate)
        {
            foreach (var key in _webhooks.Keys.Where(key => !tenants.Contains(key.Tenant)).ToArray())
            {
                _webhooks.Remove(key);
            }

            foreach (var gone in _events.Values.Where(events => !tenants.Contains(events.Tenant)).ToArray())
            {
                Leave(gone);
            }
        }

        Links.Retain(tenants);
    }

    /// <summary>Waits until backends are told what happened, for so long at most.</summary>
    public Task DrainAsync(TimeSpan grace)
    {
        TenantEvents[] all;
        lock (_gate)
        {
            all = [.. _events.Values, .. _leaving];
        }

        return Task.WhenAll(all.Select(events => events.DrainAsync(grace)));
    }

    public void Dispose()
    {
        foreach (var service in Webhooks)
        {
            service.Dispose();
        }

        foreach (var events in Events)
        {
            events.Dispose();
        }
    }

    private void Leave(TenantEvents events)
    {
        _events.Remove(events.Tenant);
        _leaving.RemoveAll(other => other.InFlight == 0);
        _leaving.Add(events);
    }
}
