using WsPrism.Core.Metrics;
using WsPrism.Core.Rooms.History;
using WsPrism.Core.Tenants;

namespace WsPrism.Gateway.Admin.Metrics;

/// <summary>What rooms keep, what came of it to those that came back, and how storing goes.</summary>
internal static class HistoryMetrics
{
    private static readonly double[] Bounds = [.. LatencyHistogram.BoundsNs.Select(ns => ns / 1e9)];

    private static readonly (ReplayOutcome Outcome, string Name)[] Outcomes =
        [(ReplayOutcome.Recovered, "recovered"), (ReplayOutcome.NotKept, "not_kept"), (ReplayOutcome.TooMuch, "too_much")];

    public static void Write(PrometheusWriter page, Tenant[] tenants, NodeHistory node)
    {
        Family(page, tenants, "wsprism_history_rooms", "gauge", "Rooms with a history, be somebody in them or not.", history => history.RoomCount);
        Family(page, tenants, "wsprism_history_messages", "gauge", "Messages that rooms keep.", history => history.Messages);
        Family(page, tenants, "wsprism_history_bytes", "gauge", "Memory of the messages that rooms keep.", history => history.Bytes);
        Family(page, tenants, "wsprism_history_forgotten_total", "counter", "Rooms forgotten and messages let go for want of memory or places, before their time.", history => history.Forgotten);
        page.Family("wsprism_history_replays_total", "counter", "Joins that asked for what they had missed, by what they were given: all of it (recovered), or nothing.");
        foreach (var tenant in tenants)
        {
            foreach (var (outcome, name) in Outcomes)
            {
                page.Sample("wsprism_history_replays_total", tenant.History.Replays(outcome), ("tenant", tenant.Id), ("outcome", name));
            }
        }

        WriteStore(page, node.Writer);
    }

    private static void Family(PrometheusWriter page, Tenant[] tenants, string name, string type, string help, Func<TenantHistory, double> value)
    {
        page.Family(name, type, help);
        foreach (var tenant in tenants)
        {
            page.Sample(name, value(tenant.History), ("tenant", tenant.Id));
        }
    }

    // Without a store there is nothing to say.
    private static void WriteStore(PrometheusWriter page, HistoryWriter? writer)
    {
        page.Family("wsprism_history_commits_total", "counter", "Transactions of the store, by how they went.");
        page.Family("wsprism_history_stored_total", "counter", "Messages stored.");
        page.Family("wsprism_history_refused_total", "counter", "Publishes refused because they could not be stored, or because too many waited.");
        page.Family("wsprism_history_waiting", "gauge", "Publishes that wait to be stored.");
        page.Family("wsprism_history_commit_seconds", "histogram", "How long a transaction of the store took.");
        if (writer is null)
        {
            return;
        }

        page.Sample("wsprism_history_commits_total", writer.Commits, ("result", "ok"));
        page.Sample("wsprism_history_commits_total", writer.Failures, ("result", "failed"));
        page.Sample("wsprism_history_stored_total", writer.Stored);
        page.Sample("wsprism_history_refused_total", writer.Refused);
        page.Sample("wsprism_history_waiting", writer.Waiting);
        var buckets = new long[Bounds.Length + 1];
        for (var i = 0; i < buckets.Length; i++)
        {
            buckets[i] = writer.Latency[i];
        }

        page.Histogram("wsprism_history_commit_seconds", Bounds, buckets, writer.Latency.SumNs / 1e9);
    }
}
