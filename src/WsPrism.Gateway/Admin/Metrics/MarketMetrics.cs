using WsPrism.Core.Tenants;

namespace WsPrism.Gateway.Admin.Metrics;

/// <summary>The instruments of the market and who is subscribed to them.</summary>
internal static class MarketMetrics
{
    public static void Write(PrometheusWriter page, Tenant[] tenants)
    {
        page.Family("wsprism_market_instruments", "gauge", "Instruments with a value.");
        foreach (var tenant in tenants)
        {
            page.Sample("wsprism_market_instruments", tenant.Market.InstrumentCount, ("tenant", tenant.Id));
        }

        page.Family("wsprism_market_stale_instruments", "gauge", "Instruments whose publisher is gone, or of which nothing has come for too long.");
        foreach (var tenant in tenants)
        {
            page.Sample("wsprism_market_stale_instruments", tenant.Market.Owned.Sum(owner => owner.StaleCount), ("tenant", tenant.Id));
        }

        page.Family("wsprism_market_subscriptions", "gauge", "Subscriptions of sessions, one for each instrument.");
        foreach (var tenant in tenants)
        {
            page.Sample("wsprism_market_subscriptions", tenant.Market.Subscribed.Sum(shard => shard.Subscriptions), ("tenant", tenant.Id));
        }

        page.Family("wsprism_market_updates_total", "counter", "Values that publishers and the backend have published.");
        foreach (var tenant in tenants)
        {
            page.Sample("wsprism_market_updates_total", tenant.Market.Owned.Sum(owner => owner.Updates), ("tenant", tenant.Id));
        }

        page.Family("wsprism_market_refused_total", "counter", "Values for which there was no place: market.max_instruments, or too many opcodes of one.");
        foreach (var tenant in tenants)
        {
            page.Sample("wsprism_market_refused_total", tenant.Market.Owned.Sum(owner => owner.Refused), ("tenant", tenant.Id));
        }
    }
}
