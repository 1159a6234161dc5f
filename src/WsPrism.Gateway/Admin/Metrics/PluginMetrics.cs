using WsPrism.Plugins;

namespace WsPrism.Gateway.Admin.Metrics;

/// <summary>What became of the calls of plugins.</summary>
internal static class PluginMetrics
{
    private static readonly PluginFailure[] Reasons = Enum.GetValues<PluginFailure>();

    public static void Write(PrometheusWriter page, PluginServices services)
    {
        var plugins = services.Running;
        page.Family("wsprism_plugin_calls_total", "counter", "Calls of plugins that were begun.");
        foreach (var plugin in plugins)
        {
            page.Sample("wsprism_plugin_calls_total", plugin.Counters.Calls, Labels(plugin));
        }

        page.Family("wsprism_plugin_failures_total", "counter", "Calls of plugins that failed, by reason.");
        foreach (var plugin in plugins)
        {
            foreach (var reason in Reasons)
            {
                page.Sample("wsprism_plugin_failures_total", plugin.Counters.Failures(reason), [.. Labels(plugin), ("reason", NameOf(reason))]);
            }
        }

        page.Family("wsprism_plugin_switched_off_total", "counter", "How often a plugin was switched off because it failed again and again.");
        foreach (var plugin in plugins)
        {
            page.Sample("wsprism_plugin_switched_off_total", plugin.Counters.SwitchedOff, Labels(plugin));
        }
    }

    private static (string Name, string Value)[] Labels(Plugin plugin) =>
        [("tenant", plugin.Tenant), ("service", plugin.Config.Name), ("kind", plugin.Config.Kind.ToString().ToLowerInvariant())];

    private static string NameOf(PluginFailure reason) => reason == PluginFailure.BadAnswer ? "bad_answer" : reason.ToString().ToLowerInvariant();
}
