using WsPrism.Core.Delivery;
using WsPrism.Core.Tenants;
using WsPrism.Protocol;

namespace WsPrism.Gateway.Admin.Metrics;

/// <summary>How much comes and goes on each lane.</summary>
internal static class TrafficMetrics
{
    public static void Write(PrometheusWriter page, Tenant[] tenants, Dictionary<Tenant, Ledger> ledgers)
    {
        page.Family("wsprism_messages_total", "counter", "Messages by lane and direction; out is what was handed to the transport.");
        foreach (var tenant in tenants)
        {
            foreach (var lane in Enum.GetValues<Lane>())
            {
                page.Sample(
                    "wsprism_messages_total", tenant.Shards.Sum(shard => shard.Counters.MessagesIn(lane)),
                    ("tenant", tenant.Id), ("lane", lane.Name()), ("direction", "in"));
                page.Sample(
                    "wsprism_messages_total", lane.Classes().Sum(cls => ledgers[tenant].Count(cls, Fate.Delivered)),
                    ("tenant", tenant.Id), ("lane", lane.Name()), ("direction", "out"));
            }
        }

        page.Family("wsprism_received_bytes_total", "counter", "Payload bytes of messages from clients.");
        foreach (var tenant in tenants)
        {
            foreach (var lane in Enum.GetValues<Lane>())
            {
                page.Sample(
                    "wsprism_received_bytes_total", tenant.Shards.Sum(shard => shard.Counters.BytesIn(lane)), ("tenant", tenant.Id), ("lane", lane.Name()));
            }
        }
    }
}
