using WsPrism.Core.Configuration;
using WsPrism.Core.Tenants;

namespace WsPrism.Core.Reload;

/// <summary>What a reload does to a node: compiled to the last of it before any of it is put in force. Immutable.</summary>
internal sealed record NodeUpdate(
    GatewayConfig Gateway,
    IReadOnlyList<Tenant> Tenants,
    IReadOnlyList<(Tenant Tenant, TenantSnapshot Snapshot)> Changed,
    IReadOnlyList<Tenant> Removed);
