using WsPrism.Core.Sessions;
using WsPrism.Core.Tenants;

namespace WsPrism.Gateway.Admin.Metrics;

/// <summary>Who is here, and why others have gone.</summary>
internal static class SessionMetrics
{
    public static void Write(PrometheusWriter page, Tenant[] tenants)
    {
        page.Family("wsprism_sessions", "gauge", "Open sessions.");
        foreach (var tenant in tenants)
        {
            page.Sample("wsprism_sessions", tenant.Shards.Sum(shard => shard.Counters.Sessions), ("tenant", tenant.Id));
        }

        page.Family("wsprism_sessions_detached", "gauge", "Open sessions without a connection, which wait for their client to come back.");
        foreach (var tenant in tenants)
        {
            page.Sample("wsprism_sessions_detached", tenant.Shards.Sum(shard => shard.Counters.Detached), ("tenant", tenant.Id));
        }

        page.Family("wsprism_users", "gauge", "Users with at least one session.");
        foreach (var tenant in tenants)
        {
            page.Sample("wsprism_users", tenant.Registry.UserCount, ("tenant", tenant.Id));
        }

        page.Family("wsprism_rooms", "gauge", "Rooms with at least one member.");
        foreach (var tenant in tenants)
        {
            page.Sample("wsprism_rooms", tenant.Registry.RoomCount, ("tenant", tenant.Id));
        }

        page.Family("wsprism_parties", "gauge", "Parties of users.");
        foreach (var tenant in tenants)
        {
            page.Sample("wsprism_parties", tenant.Parties.Count, ("tenant", tenant.Id));
        }

        page.Family("wsprism_presence_envelopes_total", "counter", "Presence envelopes published to rooms.");
        foreach (var tenant in tenants)
        {
            page.Sample("wsprism_presence_envelopes_total", tenant.Shards.Sum(shard => shard.Counters.PresenceEnvelopes), ("tenant", tenant.Id));
        }

        page.Family("wsprism_presence_changes_total", "counter", "Changes of rooms' members: told, or made up for by later ones before they were.");
        foreach (var tenant in tenants)
        {
            page.Sample("wsprism_presence_changes_total", tenant.Shards.Sum(shard => shard.Counters.PresenceTold), ("tenant", tenant.Id), ("fate", "told"));
            page.Sample("wsprism_presence_changes_total", tenant.Shards.Sum(shard => shard.Counters.PresenceCoalesced), ("tenant", tenant.Id), ("fate", "coalesced"));
        }

        page.Family("wsprism_sessions_ended_total", "counter", "Sessions that ended, by reason.");
        foreach (var tenant in tenants)
        {
            foreach (var reason in Enum.GetValues<EndReason>())
            {
                page.Sample("wsprism_sessions_ended_total", tenant.Shards.Sum(shard => shard.Counters.Ended(reason)), ("tenant", tenant.Id), ("reason", reason.Name()));
            }
        }
    }
}
