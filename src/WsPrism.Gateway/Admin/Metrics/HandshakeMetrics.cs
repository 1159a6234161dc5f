using System.Globalization;
using WsPrism.Core.Tenants;
using WsPrism.Core.Tickets;
using WsPrism.Gateway.Handshake;

namespace WsPrism.Gateway.Admin.Metrics;

/// <summary>Who wanted in, and whose tickets were no good.</summary>
internal static class HandshakeMetrics
{
    public static void Write(PrometheusWriter page, Tenant[] tenants, HandshakeCounters handshakes)
    {
        page.Family("wsprism_handshakes_total", "counter", "Handshakes by how they were answered; no tenant where none of the configuration was named.");
        var all = handshakes.All.OrderBy(entry => entry.Tenant, StringComparer.Ordinal).ThenBy(entry => entry.Answer.Status).ThenBy(entry => entry.Transport, StringComparer.Ordinal);
        foreach (var (transport, tenant, answer, count) in all)
        {
            page.Sample(
                "wsprism_handshakes_total", count,
                ("tenant", tenant), ("transport", transport), ("status", answer.Status.ToString(CultureInfo.InvariantCulture)), ("code", answer.Code));
        }

        WriteTickets(page, tenants);
    }

    private static void WriteTickets(PrometheusWriter page, Tenant[] tenants)
    {
        page.Family("wsprism_ticket_failures_total", "counter", "Tickets that were refused, in handshakes and refreshes, by reason.");
        foreach (var tenant in tenants)
        {
            foreach (var failure in TicketFailures.All)
            {
                page.Sample("wsprism_ticket_failures_total", tenant.Tickets.Refused(failure), ("tenant", tenant.Id), ("reason", failure.Name()));
            }
        }
    }
}
