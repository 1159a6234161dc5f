using WsPrism.Core.Configuration;
using WsPrism.Services;

namespace WsPrism.Core.Dispatch;

/// <summary>
/// Gives each tenant its services. It is asked again whenever the tenant's configuration changes, and answers with the same instance for a service whose own did
/// not: what a service has under way survives a reload. Asked by one thread at a time.
/// </summary>
internal interface ITenantServiceFactory
{
    IReadOnlyList<IExtService> CreateExt(TenantConfig tenant);

    IReadOnlyList<IHotService> CreateHot(TenantConfig tenant);
}
