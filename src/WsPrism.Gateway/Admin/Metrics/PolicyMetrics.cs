using WsPrism.Core.Policies;
using WsPrism.Core.Tenants;
using WsPrism.Protocol;

namespace WsPrism.Gateway.Admin.Metrics;

/// <summary>What the tenants' policies decided.</summary>
internal static class PolicyMetrics
{
    private const string Name = "wsprism_policy_decisions_total";

    public static void Write(PrometheusWriter page, Tenant[] tenants)
    {
        page.Family(Name, "counter", "Decisions on messages by reason; shadow ones were counted but not carried out.");
        foreach (var tenant in tenants)
        {
            foreach (var lane in Enum.GetValues<Lane>())
            {
                foreach (var decision in Enum.GetValues<PolicyDecision>())
                {
                    foreach (var reason in Enum.GetValues<PolicyReason>())
                    {
                        Write(page, tenant, lane, decision, reason, shadow: false);
                        Write(page, tenant, lane, decision, reason, shadow: true);
                    }
                }
            }
        }
    }

    private static void Write(PrometheusWriter page, Tenant tenant, Lane lane, PolicyDecision decision, PolicyReason reason, bool shadow)
    {
        var count = tenant.Shards.Sum(shard => shard.Counters.Decided(lane, shadow, decision, reason));
        if (count > 0)
        {
            page.Sample(
                Name, count,
                ("tenant", tenant.Id), ("lane", lane.Name()), ("decision", decision.ToString().ToLowerInvariant()), ("reason", reason.Name()),
                ("mode", shadow ? "shadow" : "enforce"));
        }
    }
}
