using WsPrism.Backend.Link;

namespace WsPrism.Gateway.Admin.Metrics;

/// <summary>Backend workers and what goes to them and comes from them.</summary>
internal static class LinkMetrics
{
    public static void Write(PrometheusWriter page, BackendLinks links)
    {
        var tenants = links.Tenants;
        WriteServices(page, tenants, "wsprism_link_workers", "gauge", "Backend workers that have a share of a service.", service => service.WorkerCount);
        WriteServices(page, tenants, "wsprism_link_in_flight", "gauge", "Requests that a worker has and has not answered.", service => service.InFlight);
        WriteServices(page, tenants, "wsprism_link_waiting", "gauge", "Requests that wait for a worker's credit, or for its connection.", service => service.Waiting);
        WriteServices(
            page, tenants, "wsprism_link_credit_waits_total", "counter", "Requests that had to wait because their worker had given no more credit.",
            service => Interlocked.Read(ref service.CreditWaits));
        page.Family("wsprism_link_requests_total", "counter", "Requests to backend workers by how that ended.");
        foreach (var tenant in tenants)
        {
            foreach (var service in tenant.Services)
            {
                foreach (var outcome in LinkCounts<RpcOutcome>.Keys)
                {
                    page.Sample("wsprism_link_requests_total", service.Outcomes[outcome], ("tenant", tenant.Id), ("service", service.Name), ("outcome", NameOf(outcome)));
                }
            }
        }

        page.Family("wsprism_link_frames_total", "counter", "Hot frames for backend workers by what became of them.");
        foreach (var tenant in tenants)
        {
            foreach (var fate in LinkCounts<LinkFrameFate>.Keys)
            {
                page.Sample("wsprism_link_frames_total", tenant.Frames[fate], ("tenant", tenant.Id), ("fate", NameOf(fate)));
            }
        }

        WriteTenants(page, tenants, "wsprism_link_publishes_total", "Publishes of backend workers that were taken.", tenant => Interlocked.Read(ref tenant.Published));
        WriteTenants(page, tenants, "wsprism_link_mistakes_total", "What backend workers said that was wrong.", tenant => Interlocked.Read(ref tenant.Mistakes));
    }

    private static void WriteServices(PrometheusWriter page, TenantLink[] tenants, string name, string type, string help, Func<LinkService, double> value)
    {
        page.Family(name, type, help);
        foreach (var tenant in tenants)
        {
            foreach (var service in tenant.Services)
            {
                page.Sample(name, value(service), ("tenant", tenant.Id), ("service", service.Name));
            }
        }
    }

    private static void WriteTenants(PrometheusWriter page, TenantLink[] tenants, string name, string help, Func<TenantLink, double> value)
    {
        page.Family(name, "counter", help);
        foreach (var tenant in tenants)
        {
            page.Sample(name, value(tenant), ("tenant", tenant.Id));
        }
    }

    private static string NameOf(RpcOutcome outcome) => outcome switch
    {
        RpcOutcome.NoWorker => "no_worker",
        RpcOutcome.QueueFull => "queue_full",
        _ => outcome.ToString().ToLowerInvariant(),
    };

    private static string NameOf(LinkFrameFate fate) => fate.ToString().ToLowerInvariant();
}
