using WsPrism.Core.Configuration;
using WsPrism.Core.Delivery;
using WsPrism.Core.Dispatch;
using WsPrism.Core.Policies;
using WsPrism.Core.Rooms;
using WsPrism.Core.Tickets;

namespace WsPrism.Core.Tenants;

/// <summary>All that a tenant's configuration says, compiled for use. Immutable; a reload swaps it whole, read through one volatile reference.</summary>
internal sealed class TenantSnapshot
{
    public TenantSnapshot(TenantConfig config, RouteTable routes)
    {
        Config = config;
        Routes = routes;
        Policy = new PolicySnapshot(config.Policy);
        Outbox = OutboxLimits.From(config);
    }

    public TenantConfig Config { get; }

    public PolicySnapshot Policy { get; }

    public RouteTable Routes { get; }

    /// <summary>What Ext messages go through between policy and service, in this order.</summary>
    public FilterRoute[] Filters { get; init; } = [];

    /// <summary>Who wants to hear what happens in the tenant; null where nobody does.</summary>
    public ITenantEvents? Events { get; init; }

    public required RoomRules RoomRules { get; init; }

    public OutboxLimits Outbox { get; }

    public required TicketAuthenticator Tickets { get; init; }
}
