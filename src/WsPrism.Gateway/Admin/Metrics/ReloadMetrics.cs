using WsPrism.Gateway.Reload;

namespace WsPrism.Gateway.Admin.Metrics;

/// <summary>Which configuration is in force, and how reloads went.</summary>
internal static class ReloadMetrics
{
    public static void Write(PrometheusWriter page, ReloadCounters reloads)
    {
        page.Family("wsprism_config_reloads_total", "counter", "Reloads of the configuration by how they ended.");
        foreach (var outcome in Enum.GetValues<ReloadOutcome>())
        {
            page.Sample("wsprism_config_reloads_total", reloads.Count(outcome), ("outcome", outcome.ToString().ToLowerInvariant()));
        }

        page.Family("wsprism_config_generation", "gauge", "1 at the start, one more with each configuration that a reload put in force.");
        page.Sample("wsprism_config_generation", reloads.Generation);
        page.Family("wsprism_config_last_success_timestamp_seconds", "gauge", "When the configuration file was last found right.");
        page.Sample("wsprism_config_last_success_timestamp_seconds", reloads.LastSuccessUnixMs / 1e3);
        page.Family("wsprism_config_restart_needed_keys", "gauge", "Keys that the file says differently from what runs, and that need a restart.");
        page.Sample("wsprism_config_restart_needed_keys", reloads.NeedRestart);
    }
}
