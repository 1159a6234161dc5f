using WsPrism.Core;
using WsPrism.Core.Delivery;
using WsPrism.Core.Tenants;

namespace WsPrism.Gateway.Admin.Metrics;

/// <summary>What was taken in for delivery and what became of it. Ledgers are read on the shards' own threads, so that they add up exactly.</summary>
internal sealed class LedgerMetrics(GatewayNode node, TimeProvider time)
{
    private static readonly TimeSpan ShardPatience = TimeSpan.FromSeconds(1);

    // A shard that hangs must not take the metrics with it: its figures are then read from outside, a moment apart from each other.
    public async Task<Dictionary<Tenant, Ledger>> ReadAsync(Tenant[] tenants)
    {
        var ledgers = tenants.ToDictionary(tenant => tenant, _ => new Ledger());
        var reads = node.Shards.Select(shard =>
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
            await Task.WhenAll(reads).WaitAsync(ShardPatience, time);
            return ledgers;
        }
        catch (TimeoutException)
        {
            var fromOutside = tenants.ToDictionary(tenant => tenant, _ => new Ledger());
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

    public static void Write(PrometheusWriter page, Dictionary<Tenant, Ledger> ledgers)
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
}
