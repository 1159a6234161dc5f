using WsPrism.Core.Configuration;
using WsPrism.Core.Dispatch;
using WsPrism.Core.Parties;
using WsPrism.Core.Rooms;
using WsPrism.Core.Tickets;

namespace WsPrism.Core.Tenants;

/// <summary>
/// Makes a tenant's snapshot of its configuration. What the configuration says the same of as before is taken over as it is: keys keep their handles, and
/// rooms see that their rules are the same. Used by one thread at a time.
/// </summary>
internal sealed class SnapshotCompiler(ITenantServiceFactory services, ITicketBackends? tickets = null)
{
    /// <summary>Compiles; <paramref name="previous"/> is the tenant's snapshot in force, null for a tenant that is new.</summary>
    public TenantSnapshot Compile(TenantConfig config, TenantSnapshot? previous)
    {
        var routes = new RouteTable(config.Services, [PartyService.Instance, .. services.CreateExt(config)], services.CreateHot(config));
        return new TenantSnapshot(config, routes)
        {
            RoomRules = previous is not null && ConfigDiff.AreEqual(previous.Config.Rooms, config.Rooms) ? previous.RoomRules : new RoomRules(config.Rooms),
            Tickets = previous is not null && ConfigDiff.AreEqual(previous.Config.Auth, config.Auth)
                ? previous.Tickets
                : new TicketAuthenticator(config.Auth, tickets?.KeysOf(config), tickets?.JudgeOf(config)),
            Filters = [.. services.CreateFilters(config).Select(filter => new FilterRoute(filter))],
            Events = services.CreateEvents(config),
        };
    }
}
