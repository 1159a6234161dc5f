using System.Globalization;
using System.Runtime;
using WsPrism.Core;

namespace WsPrism.Gateway.Admin.Metrics;

/// <summary>The node as a whole and its process.</summary>
internal sealed class ProcessMetrics(GatewayNode node, TimeProvider time)
{
    private readonly long _started = time.GetTimestamp();

    public void Write(PrometheusWriter page)
    {
        page.Family("wsprism_shard_sessions", "gauge", "Connections placed on each shard.");
        foreach (var shard in node.Shards)
        {
            page.Sample("wsprism_shard_sessions", shard.SessionCount, ("shard", shard.Index.ToString(CultureInfo.InvariantCulture)));
        }

        page.Family("wsprism_handshake_addresses", "gauge", "Client addresses that the handshake limits remember.");
        page.Sample("wsprism_handshake_addresses", node.Defender.AddressCount);
        page.Family("wsprism_draining", "gauge", "1 while the gateway drains.");
        page.Sample("wsprism_draining", node.IsDraining ? 1 : 0);
        WriteRuntime(page);
        page.Family("wsprism_uptime_seconds", "gauge", "Time since the start.");
        page.Sample("wsprism_uptime_seconds", time.GetElapsedTime(_started).TotalSeconds);
        page.Family("wsprism_info", "gauge", "1, with the program's version as label.");
        page.Sample("wsprism_info", 1, ("version", typeof(ProcessMetrics).Assembly.GetName().Version!.ToString(3)), ("gc", GCSettings.LatencyMode.ToString()));
    }

    private static void WriteRuntime(PrometheusWriter page)
    {
        page.Family("wsprism_gc_collections_total", "counter", "Garbage collections by generation.");
        for (var generation = 0; generation <= GC.MaxGeneration; generation++)
        {
            page.Sample("wsprism_gc_collections_total", GC.CollectionCount(generation), ("generation", generation.ToString(CultureInfo.InvariantCulture)));
        }

        page.Family("wsprism_gc_pause_seconds_total", "counter", "Time that garbage collections stopped the process.");
        page.Sample("wsprism_gc_pause_seconds_total", GC.GetTotalPauseDuration().TotalSeconds);
        page.Family("wsprism_gc_heap_bytes", "gauge", "Size of the managed heap.");
        page.Sample("wsprism_gc_heap_bytes", GC.GetTotalMemory(forceFullCollection: false));
        page.Family("wsprism_allocated_bytes_total", "counter", "Bytes allocated on the managed heap since the start.");
        page.Sample("wsprism_allocated_bytes_total", GC.GetTotalAllocatedBytes());
        page.Family("wsprism_process_resident_bytes", "gauge", "Memory of the process.");
        page.Sample("wsprism_process_resident_bytes", Environment.WorkingSet);
    }
}
