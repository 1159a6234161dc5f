using WsPrism.Core.Configuration;
using WsPrism.Services;

namespace WsPrism.Core.Dispatch;

/// <summary>The same services for every tenant: those that keep nothing of one. Immutable.</summary>
internal sealed class SharedServices(IReadOnlyList<IExtService> ext, IReadOnlyList<IHotService> hot) : ITenantServiceFactory
{
    public IReadOnlyList<IExtService> CreateExt(TenantConfig tenant) => ext;

    public IReadOnlyList<IHotService> CreateHot(TenantConfig tenant) => hot;
}
