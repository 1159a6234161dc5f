using WsPrism.Core.Metrics;
using WsPrism.Core.Tenants;

namespace WsPrism.Gateway.Admin.Metrics;

/// <summary>How long services took.</summary>
internal static class ServiceMetrics
{
    private const string Name = "wsprism_service_duration_seconds";

    private static readonly double[] Bounds = [.. LatencyHistogram.BoundsNs.Select(ns => ns / 1e9)];

    public static void Write(PrometheusWriter page, Tenant[] tenants)
    {
        page.Family(Name, "histogram", "How long a service took over one message, until its answer where it waits for one.");
        foreach (var tenant in tenants)
        {
            for (var service = 0; service < ServiceNames.All.Count; service++)
            {
                var histograms = tenant.Shards.Select(shard => shard.Counters.Service(service)).OfType<LatencyHistogram>().ToArray();
                if (histograms.Length > 0)
                {
                    Write(page, histograms, tenant.Id, ServiceNames.All[service]);
                }
            }
        }

        page.Family("wsprism_deferred_messages", "gauge", "Messages that wait for their service's answer.");
        foreach (var tenant in tenants)
        {
            page.Sample("wsprism_deferred_messages", tenant.Shards.Sum(shard => shard.Counters.Deferred), ("tenant", tenant.Id));
        }
    }

    private static void Write(PrometheusWriter page, LatencyHistogram[] histograms, string tenant, string service)
    {
        var lane = service[..service.IndexOf(':')];
        var buckets = new long[Bounds.Length + 1];
        for (var i = 0; i < buckets.Length; i++)
        {
            buckets[i] = histograms.Sum(histogram => histogram[i]);
        }

        page.Histogram(Name, Bounds, buckets, histograms.Sum(histogram => histogram.SumNs) / 1e9, ("tenant", tenant), ("lane", lane), ("service", service[(lane.Length + 1)..]));
    }
}
