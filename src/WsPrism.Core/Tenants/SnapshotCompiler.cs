using WsPrism.Core.Configuration;
using WsPrism.Core.Dispatch;
using WsPrism.Core.Tickets;
using WsPrism.Services;

namespace WsPrism.Core.Tenants;

/// <summary>Makes a tenant's snapshot of its configuration. Safe for all threads as far as its factories are.</summary>
internal sealed class SnapshotCompiler(
    IReadOnlyList<IExtService> ext, IReadOnlyList<IHotService> hot, ITenantServiceFactory? factory = null, ITicketBackends? tickets = null)
{
    /// <summary>Compiles; <paramref name="previous"/> is what is in force, null for a new tenant.</summary>
#pragma warning disable IDE0060 // A reload keeps more of what was in force.
    public TenantSnapshot Compile(TenantConfig config, TenantSnapshot? previous) => new(
        config,
        factory is null
            ? new RouteTable(config.Services, ext, hot)
            : new RouteTable(config.Services, [.. ext, .. factory.CreateExt(config)], [.. hot, .. factory.CreateHot(config)]))
    {
        Tickets = new TicketAuthenticator(config.Auth, tickets?.KeysOf(config), tickets?.JudgeOf(config)),
        Events = factory?.CreateEvents(config),
    };
#pragma warning restore IDE0060
}
