using WsPrism.Gateway.Admin.Api;

namespace WsPrism.Gateway.Admin.Metrics;

/// <summary>What is asked of the server API, and how it goes.</summary>
internal static class ApiMetrics
{
    public static void Write(PrometheusWriter page, ApiCounters api)
    {
        page.Family("wsprism_api_requests_total", "counter", "Requests of the server API by call and status; no call where there is no such path, or no key.");
        foreach (var (call, status, count) in api.Requests.OrderBy(entry => entry.Call, StringComparer.Ordinal).ThenBy(entry => entry.Status, StringComparer.Ordinal))
        {
            page.Sample("wsprism_api_requests_total", count, ("call", call), ("status", status));
        }

        page.Family("wsprism_api_refused_total", "counter", "Requests of the server API that a bound kept out.");
        foreach (var (reason, count) in api.Refused.OrderBy(entry => entry.Reason, StringComparer.Ordinal))
        {
            page.Sample("wsprism_api_refused_total", count, ("reason", reason));
        }

        page.Family("wsprism_api_duration_seconds", "histogram", "How long requests of the server API took, their bodies and answers included.");
        page.Histogram("wsprism_api_duration_seconds", ApiCounters.Bounds, api.ReadBuckets(), api.SumSeconds);
    }
}
