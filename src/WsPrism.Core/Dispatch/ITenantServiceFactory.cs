using WsPrism.Core.Configuration;
using WsPrism.Core.Tenants;
using WsPrism.Services;

namespace WsPrism.Core.Dispatch;

/// <summary>
/// Makes the services that belong to one tenant. Asked again when a tenant's configuration changes, it gives the same instance for what has not changed:
/// queues, breakers and calls in flight live on.
/// </summary>
internal interface ITenantServiceFactory
{
    /// <summary>The tenant's own services of the Ext lane.</summary>
    IReadOnlyList<IExtService> CreateExt(TenantConfig tenant);

    /// <summary>The tenant's own services of the Hot lane.</summary>
    IReadOnlyList<IHotService> CreateHot(TenantConfig tenant);

    /// <summary>What <c>services.filters</c> names, in its order.</summary>
    IReadOnlyList<IExtFilter> CreateFilters(TenantConfig tenant) => [];

    /// <summary>Who hears what happens in the tenant; null where nobody does.</summary>
    ITenantEvents? CreateEvents(TenantConfig tenant) => null;
}
