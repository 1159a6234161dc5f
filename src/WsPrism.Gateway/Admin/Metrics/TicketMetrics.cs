using WsPrism.Core.Tenants;
using WsPrism.Core.Tickets;

namespace WsPrism.Gateway.Admin.Metrics;

/// <summary>Whose tickets were no good, who waits for a verdict, and how those fare who are asked for one.</summary>
internal static class TicketMetrics
{
    public static void Write(PrometheusWriter page, Tenant[] tenants)
    {
        page.Family("wsprism_ticket_failures_total", "counter", "Tickets that were refused, in handshakes and refreshes, by reason.");
        foreach (var tenant in tenants)
        {
            foreach (var failure in TicketFailures.All)
            {
                page.Sample("wsprism_ticket_failures_total", tenant.Tickets.Refused(failure), ("tenant", tenant.Id), ("reason", failure.Name()));
            }
        }

        Gauge(page, tenants, "wsprism_tickets_waiting", "Handshakes and refreshes that wait for somebody outside to decide.", tenant => tenant.Waiting.Count);
        Gauge(page, tenants, "wsprism_one_time_tickets", "One-time tickets that can be spent.", tenant => tenant.OneTime.Count);
        Gauge(page, tenants, "wsprism_revocations", "Users and ticket ids whose revocation is remembered.", tenant => tenant.Revocations.Count);
        WriteKeys(page, tenants);
        WriteJudges(page, tenants);
    }

    private static void Gauge(PrometheusWriter page, Tenant[] tenants, string name, string help, Func<Tenant, double> value)
    {
        page.Family(name, "gauge", help);
        foreach (var tenant in tenants)
        {
            page.Sample(name, value(tenant), ("tenant", tenant.Id));
        }
    }

    private static void WriteKeys(PrometheusWriter page, Tenant[] tenants)
    {
        var all = tenants.Where(tenant => tenant.Snapshot.Tickets.Keys is not null).Select(tenant => (tenant.Id, tenant.Snapshot.Tickets.Keys!.Status)).ToArray();
        page.Family("wsprism_jwks_reads_total", "counter", "Readings of the issuer's keys, by how they went.");
        foreach (var (tenant, status) in all)
        {
            page.Sample("wsprism_jwks_reads_total", status.Reads, ("tenant", tenant), ("result", "ok"));
            page.Sample("wsprism_jwks_reads_total", status.Failures, ("tenant", tenant), ("result", "failed"));
        }

        page.Family("wsprism_jwks_age_seconds", "gauge", "Time since the issuer's keys were read last; absent until then.");
        foreach (var (tenant, status) in all)
        {
            if (status.Age is { } age)
            {
                page.Sample("wsprism_jwks_age_seconds", Math.Round(age.TotalSeconds, 3), ("tenant", tenant));
            }
        }
    }

    private static void WriteJudges(PrometheusWriter page, Tenant[] tenants)
    {
        page.Family("wsprism_ticket_webhooks_total", "counter", "Tickets that the backend was asked about, by its verdict; failed is none.");
        foreach (var tenant in tenants)
        {
            if (tenant.Snapshot.Tickets.Judge is { } judge)
            {
                page.Sample("wsprism_ticket_webhooks_total", judge.Status.Accepted, ("tenant", tenant.Id), ("result", "accepted"));
                page.Sample("wsprism_ticket_webhooks_total", judge.Status.Refused, ("tenant", tenant.Id), ("result", "refused"));
                page.Sample("wsprism_ticket_webhooks_total", judge.Status.Failed, ("tenant", tenant.Id), ("result", "failed"));
            }
        }
    }
}
