using WsPrism.Core.Configuration;
using WsPrism.Core.Tenants;
using WsPrism.Services;

namespace WsPrism.Core.Dispatch;

/// <summary>The same services for every tenant, which keep nothing of one, and beside them those that belong to one alone. Immutable.</summary>
internal sealed class SharedServices(IReadOnlyList<IExtService> ext, IReadOnlyList<IHotService> hot, params IReadOnlyList<ITenantServiceFactory> own) : ITenantServiceFactory
{
    public IReadOnlyList<IExtService> CreateExt(TenantConfig tenant) => [.. ext, .. own.SelectMany(factory => factory.CreateExt(tenant))];

    public IReadOnlyList<IHotService> CreateHot(TenantConfig tenant) => [.. hot, .. own.SelectMany(factory => factory.CreateHot(tenant))];

    public IReadOnlyList<IExtFilter> CreateFilters(TenantConfig tenant) => [.. own.SelectMany(factory => factory.CreateFilters(tenant))];

    public ITenantEvents? CreateEvents(TenantConfig tenant) => own.Select(factory => factory.CreateEvents(tenant)).FirstOrDefault(events => events is not null);
}
