using System.Globalization;
using WsPrism.Gateway.Handshake;

namespace WsPrism.Gateway.Admin.Metrics;

/// <summary>Who wanted in.</summary>
internal static class HandshakeMetrics
{
    public static void Write(PrometheusWriter page, HandshakeCounters handshakes)
    {
        page.Family("wsprism_handshakes_total", "counter", "Handshakes by how they were answered; no tenant where none of the configuration was named.");
        var all = handshakes.All.OrderBy(entry => entry.Tenant, StringComparer.Ordinal).ThenBy(entry => entry.Answer.Status).ThenBy(entry => entry.Transport, StringComparer.Ordinal);
        foreach (var (transport, tenant, answer, count) in all)
        {
            page.Sample(
                "wsprism_handshakes_total", count,
                ("tenant", tenant), ("transport", transport), ("status", answer.Status.ToString(CultureInfo.InvariantCulture)), ("code", answer.Code));
        }
    }
}
