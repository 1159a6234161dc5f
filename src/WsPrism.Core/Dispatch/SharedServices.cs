using WsPrism.Core.Configuration;
using WsPrism.Core.Tenants;
using WsPrism.Services;

namespace WsPrism.Core.Dispatch;

/// <summary>The same services for every tenant, which keep nothing of one, and beside them those that belong to one alone. Immutable.</summary>
internal sealed class SharedServices(IReadOnlyList<IExtService> ext, IReadOnlyList<IHotService> hot, ITenantServiceFactory? own = null) : ITenantServiceFactory
{
    public IReadOnlyList<IExtService> CreateExt(TenantConfig tenant) => own is null ? ext : [.. ext, .. own.CreateExt(tenant)];

    public IReadOnlyList<IHotService> CreateHot(TenantConfig tenant) => own is null ? hot : [.. hot, .. own.CreateHot(tenant)];

    public IReadOnlyList<IExtFilter> CreateFilters(TenantConfig tenant) => own?.CreateFilters(tenant) ?? [];

    public ITenantEvents? CreateEvents(TenantConfig tenant) => own?.CreateEvents(tenant);
}
