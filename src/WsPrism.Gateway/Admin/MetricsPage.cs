using System.Buffers;
using System.Globalization;
using System.Runtime;
using WsPrism.Core;
using WsPrism.Core.Delivery;
using WsPrism.Core.Metrics;
using WsPrism.Core.Policies;
using WsPrism.Core.Sessions;
using WsPrism.Core.Tenants;
using WsPrism.Core.Tickets;
using WsPrism.Gateway.Handshake;
using WsPrism.Protocol;

namespace WsPrism.Gateway.Admin;

/// <summary>Sums what the shards count into <c>/metrics</c>. Ledgers are read on the shards' own threads, so that they add up exactly.</summary>
internal sealed class MetricsPage
{
    private static readonly TimeSpan ShardPatience = TimeSpan.FromSeconds(1);

    private readonly GatewayNode _node;
    private readonly HandshakeCounters _handshakes;
    private readonly TimeProvider _time;
    private readonly long _started;

    public MetricsPage(GatewayNode node, HandshakeCounters handshakes, TimeProvider time)
    {
        _node = node;
        _handshakes = handshakes;
        _time = time;
        _started = time.GetTimestamp();
    }

    public async Task WriteAsync(IBufferWriter<byte> output)
    {
        var ledgers = await ReadLedgersAsync();
        var page = new PrometheusWriter(output);
        WriteSessions(page);
        WriteHandshakes(page);
        WriteTickets(page);
        WriteTraffic(page, ledgers);
        WritePolicy(page);
        WriteLedger(page, ledgers);
        WriteServices(page);
        WriteDeferred(page);
        WriteProcess(page);
    }

    private static string LaneName(Lane lane) => lane == Lane.Ext ? "ext" : "hot";

    // A shard that hangs must not take the metrics with it: its figures are then read from outside, a moment apart from each other.
    private async Task<Dictionary<Tenant, Ledger>> ReadLedgersAsync()
    {
        var ledgers = _node.Tenants.ToDictionary(tenant => tenant, _ => new Ledger());
        var reads = _node.Shards.Select(shard =>
        {
            var read = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            shard.Post(() =>
            {
                lock (ledgers)
                {
                    foreach (var (tenant, sum) in ledgers)
                    {
                        sum.Add(tenant.Shards[shard.Index].Ledger);
                    }
                }

                read.TrySetResult();
            });
            return read.Task;
        });
        try
        {
            await Task.WhenAll(reads).WaitAsync(ShardPatience, _time);
            return ledgers;
        }
        catch (TimeoutException)
        {
            var fromOutside = _node.Tenants.ToDictionary(tenant => tenant, _ => new Ledger());
            foreach (var (tenant, sum) in fromOutside)
            {
                foreach (var shard in tenant.Shards)
                {
                    sum.Add(shard.Ledger);
                }
            }

            return fromOutside;
        }
    }

    private void WriteSessions(PrometheusWriter page)
    {
        page.Family("wsprism_sessions", "gauge", "Open sessions.");
        foreach (var tenant in _node.Tenants)
        {
            page.Sample("wsprism_sessions", tenant.Shards.Sum(shard => shard.Counters.Sessions), ("tenant", tenant.Id));
        }

        page.Family("wsprism_users", "gauge", "Users with at least one session.");
        foreach (var tenant in _node.Tenants)
        {
            page.Sample("wsprism_users", tenant.Registry.UserCount, ("tenant", tenant.Id));
        }

        page.Family("wsprism_rooms", "gauge", "Rooms with at least one member.");
        foreach (var tenant in _node.Tenants)
        {
            page.Sample("wsprism_rooms", tenant.Registry.RoomCount, ("tenant", tenant.Id));
        }

        page.Family("wsprism_sessions_ended_total", "counter", "Sessions that ended, by reason.");
        foreach (var tenant in _node.Tenants)
        {
            foreach (var reason in Enum.GetValues<EndReason>())
            {
                page.Sample("wsprism_sessions_ended_total", tenant.Shards.Sum(shard => shard.Counters.Ended(reason)), ("tenant", tenant.Id), ("reason", reason.Name()));
            }
        }
    }

    private void WriteHandshakes(PrometheusWriter page)
    {
        page.Family("wsprism_handshakes_total", "counter", "Handshakes by how they were answered; no tenant where none of the configuration was named.");
        var all = _handshakes.All.OrderBy(entry => entry.Tenant, StringComparer.Ordinal).ThenBy(entry => entry.Answer.Status).ThenBy(entry => entry.Transport, StringComparer.Ordinal);
        foreach (var (transport, tenant, answer, count) in all)
        {
            page.Sample(
                "wsprism_handshakes_total", count,
                ("tenant", tenant), ("transport", transport), ("status", answer.Status.ToString(CultureInfo.InvariantCulture)), ("code", answer.Code));
        }
    }

    private void WriteTickets(PrometheusWriter page)
    {
        page.Family("wsprism_ticket_failures_total", "counter", "Tickets that were refused, in handshakes and refreshes, by reason.");
        foreach (var tenant in _node.Tenants)
        {
            foreach (var failure in TicketFailures.All)
            {
                page.Sample("wsprism_ticket_failures_total", tenant.Tickets.Refused(failure), ("tenant", tenant.Id), ("reason", failure.Name()));
            }
        }
    }

    private void WriteTraffic(PrometheusWriter page, Dictionary<Tenant, Ledger> ledgers)
    {
        page.Family("wsprism_messages_total", "counter", "Messages by lane and direction; out is what was handed to the transport.");
        foreach (var tenant in _node.Tenants)
        {
            foreach (var lane in Enum.GetValues<Lane>())
            {
                page.Sample(
                    "wsprism_messages_total", tenant.Shards.Sum(shard => shard.Counters.MessagesIn(lane)),
                    ("tenant", tenant.Id), ("lane", LaneName(lane)), ("direction", "in"));
                page.Sample(
                    "wsprism_messages_total", ClassesOf(lane).Sum(cls => ledgers[tenant].Count(cls, Fate.Delivered)),
                    ("tenant", tenant.Id), ("lane", LaneName(lane)), ("direction", "out"));
            }
        }

        page.Family("wsprism_received_bytes_total", "counter", "Payload bytes of messages from clients.");
        foreach (var tenant in _node.Tenants)
        {
            foreach (var lane in Enum.GetValues<Lane>())
            {
                page.Sample(
                    "wsprism_received_bytes_total", tenant.Shards.Sum(shard => shard.Counters.BytesIn(lane)), ("tenant", tenant.Id), ("lane", LaneName(lane)));
            }
        }
    }

    private void WritePolicy(PrometheusWriter page)
    {
        page.Family("wsprism_policy_decisions_total", "counter", "Decisions on messages by reason; shadow ones were counted but not carried out.");
        foreach (var tenant in _node.Tenants)
        {
            foreach (var lane in Enum.GetValues<Lane>())
            {
                foreach (var decision in Enum.GetValues<PolicyDecision>())
                {
                    foreach (var reason in Enum.GetValues<PolicyReason>())
                    {
                        WriteDecisions(page, tenant, lane, decision, reason, shadow: false);
                        WriteDecisions(page, tenant, lane, decision, reason, shadow: true);
                    }
                }
            }
        }
    }

    private static void WriteDecisions(PrometheusWriter page, Tenant tenant, Lane lane, PolicyDecision decision, PolicyReason reason, bool shadow)
    {
        var count = tenant.Shards.Sum(shard => shard.Counters.Decided(lane, shadow, decision, reason));
        if (count > 0)
        {
            page.Sample(
                "wsprism_policy_decisions_total", count,
                ("tenant", tenant.Id), ("lane", LaneName(lane)), ("decision", decision.ToString().ToLowerInvariant()), ("reason", reason.Name()),
                ("mode", shadow ? "shadow" : "enforce"));
        }
    }

    private static void WriteLedger(PrometheusWriter page, Dictionary<Tenant, Ledger> ledgers)
    {
        page.Family("wsprism_ledger_accepted_total", "counter", "Messages taken in for delivery, one for each receiver: the sum of all fates and of what is queued.");
        WriteClasses(page, ledgers, "wsprism_ledger_accepted_total", (ledger, cls) => ledger.Accepted(cls));
        page.Family("wsprism_queue_messages", "gauge", "Messages that wait for their receiver.");
        WriteClasses(page, ledgers, "wsprism_queue_messages", (ledger, cls) => ledger.Queued(cls));
        page.Family("wsprism_ledger_total", "counter", "Messages by how they ended, one for each receiver.");
        foreach (var (tenant, ledger) in ledgers)
        {
            for (var i = 0; i < DeliveryClasses.Count; i++)
            {
                foreach (var fate in Enum.GetValues<Fate>())
                {
                    page.Sample(
                        "wsprism_ledger_total", ledger.Count((DeliveryClass)i, fate),
                        ("tenant", tenant.Id), ("lane", DeliveryClasses.Lanes[i]), ("class", DeliveryClasses.Names[i]),
                        ("fate", fate == Fate.SessionClosed ? "session_closed" : fate.ToString().ToLowerInvariant()));
                }
            }
        }
    }

    private static void WriteClasses(PrometheusWriter page, Dictionary<Tenant, Ledger> ledgers, string name, Func<Ledger, DeliveryClass, long> value)
    {
        foreach (var (tenant, ledger) in ledgers)
        {
            for (var i = 0; i < DeliveryClasses.Count; i++)
            {
                page.Sample(
                    name, value(ledger, (DeliveryClass)i), ("tenant", tenant.Id), ("lane", DeliveryClasses.Lanes[i]), ("class", DeliveryClasses.Names[i]));
            }
        }
    }

    private void WriteServices(PrometheusWriter page)
    {
        const string Name = "wsprism_service_duration_seconds";
        page.Family(Name, "histogram", "How long a service took over one message, until its answer where it waits for one.");
        foreach (var tenant in _node.Tenants)
        {
            for (var service = 0; service < ServiceNames.All.Count; service++)
            {
                var histograms = tenant.Shards.Select(shard => shard.Counters.Service(service)).OfType<LatencyHistogram>().ToArray();
                if (histograms.Length > 0)
                {
                    WriteHistogram(page, Name, histograms, tenant.Id, ServiceNames.All[service]);
                }
            }
        }
    }

    private void WriteDeferred(PrometheusWriter page)
    {
        page.Family("wsprism_deferred_messages", "gauge", "Messages that wait for their service's answer.");
        foreach (var tenant in _node.Tenants)
        {
            page.Sample("wsprism_deferred_messages", tenant.Shards.Sum(shard => shard.Counters.Deferred), ("tenant", tenant.Id));
        }
    }

    private static void WriteHistogram(PrometheusWriter page, string name, LatencyHistogram[] histograms, string tenant, string service)
    {
        var lane = service[..service.IndexOf(':')];
        service = service[(service.IndexOf(':') + 1)..];
        var count = 0L;
        for (var bucket = 0; bucket <= LatencyHistogram.BoundsNs.Length; bucket++)
        {
            count += histograms.Sum(histogram => histogram[bucket]);
            var bound = bucket < LatencyHistogram.BoundsNs.Length ? (LatencyHistogram.BoundsNs[bucket] / 1e9).ToString("R", CultureInfo.InvariantCulture) : "+Inf";
            page.Sample(name + "_bucket", count, ("tenant", tenant), ("lane", lane), ("service", service), ("le", bound));
        }

        page.Sample(name + "_sum", histograms.Sum(histogram => histogram.SumNs) / 1e9, ("tenant", tenant), ("lane", lane), ("service", service));
        page.Sample(name + "_count", count, ("tenant", tenant), ("lane", lane), ("service", service));
    }

    private void WriteProcess(PrometheusWriter page)
    {
        page.Family("wsprism_shard_sessions", "gauge", "Connections placed on each shard.");
        foreach (var shard in _node.Shards)
        {
            page.Sample("wsprism_shard_sessions", shard.SessionCount, ("shard", shard.Index.ToString(CultureInfo.InvariantCulture)));
        }

        page.Family("wsprism_handshake_addresses", "gauge", "Client addresses that the handshake limits remember.");
        page.Sample("wsprism_handshake_addresses", _node.Defender.AddressCount);
        page.Family("wsprism_draining", "gauge", "1 while the gateway drains.");
        page.Sample("wsprism_draining", _node.IsDraining ? 1 : 0);
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
        page.Family("wsprism_uptime_seconds", "gauge", "Time since the start.");
        page.Sample("wsprism_uptime_seconds", _time.GetElapsedTime(_started).TotalSeconds);
        page.Family("wsprism_info", "gauge", "1, with the program's version as label.");
        page.Sample("wsprism_info", 1, ("version", typeof(MetricsPage).Assembly.GetName().Version!.ToString(3)), ("gc", GCSettings.LatencyMode.ToString()));
    }

    private static IEnumerable<DeliveryClass> ClassesOf(Lane lane) =>
        Enum.GetValues<DeliveryClass>().Where(cls => DeliveryClasses.Lanes[(int)cls] == LaneName(lane));
}
