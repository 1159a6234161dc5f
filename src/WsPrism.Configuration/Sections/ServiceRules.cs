using WsPrism.Configuration.Description;
using WsPrism.Core.Configuration;

namespace WsPrism.Configuration.Sections;

/// <summary>Rules of a tenant's services that are about more than one key.</summary>
internal static class ServiceRules
{
    private static readonly string[] BuiltInHot = ["game", "market", "echo"];

    // What each kind needs, and what else it may have.
    private static readonly Dictionary<ExtServiceKind, (string[] Needs, string[] Has)> Keys = new()
    {
        [ExtServiceKind.Webhook] = (["url", "secret"], ["previous_secret", "timeout_ms", "retries", "max_in_flight", "max_queue"]),
        [ExtServiceKind.Rpc] = ([], ["timeout_ms"]),
        [ExtServiceKind.Script] = (["file"], ["instructions", "memory_bytes", "tick_ms", "rooms", "timeout_ms", "max_in_flight", "max_queue"]),
        [ExtServiceKind.Wasm] = (["file"], ["fuel", "memory_bytes", "timeout_ms", "max_in_flight", "max_queue"]),
        [ExtServiceKind.Native] = (["assembly"], ["class", "settings"]),
    };

    private static readonly string[] AllKeys = [.. Keys.Values.SelectMany(keys => keys.Needs.Concat(keys.Has)).Distinct()];

    public static ExtServiceConfig KeysFitTheKind(ExtServiceConfig service, SectionScope scope)
    {
        if (!scope.Good("kind") || !scope.Written("kind"))
            return service;
        var kind = $"{service.Kind}".ToLowerInvariant();
        var (needs, has) = Keys[service.Kind];
        foreach (var key in needs.Where(key => !scope.Written(key)))
            scope.Error(key, $"is required where kind is {kind}");
        foreach (var key in AllKeys.Where(key => scope.Written(key) && !needs.Contains(key) && !has.Contains(key)))
            scope.Error(key, $"must not be there where kind is {kind}");
        if (service.TickMs is > 0 and < 10 && scope.Good("tick_ms"))
            scope.Error("tick_ms", $"must be 0 or an integer from 10 to 3600000, got {scope.Show("tick_ms", service.TickMs)}");
        return service;
    }

    public static ServicesConfig HotNamesServices(ServicesConfig services, SectionScope scope)
    {
        var own = services.Ext.Where(service => service?.Kind is ExtServiceKind.Rpc or ExtServiceKind.Native).Select(service => service.Name);
        string[] known = [.. BuiltInHot, .. own];
        foreach (var (id, name) in services.Hot)
        {
            var path = $"hot.{id}";
            if (!scope.Written(path) || !scope.Good(path, "ext") || known.Contains(name))
                continue;
            scope.Error(path, $"must be {Texts.HotService.Expected}, got {scope.Show(path, $"\"{name}\"{Suggestion.For(name, known)}")}");
        }

        return services;
    }

    public static MarketConfig StalenessIsOffOrPatient(MarketConfig market, SectionScope scope)
    {
        if (market.StaleAfterMs is > 0 and < 100 && scope.Good("stale_after_ms"))
            scope.Error("stale_after_ms", $"must be 0 or an integer from 100 to 86400000, got {scope.Show("stale_after_ms", market.StaleAfterMs)}");
        return market;
    }

    public static ServicesConfig FiltersNameServices(ServicesConfig services, SectionScope scope)
    {
        var known = services.Ext.Where(service => service?.Kind == ExtServiceKind.Wasm).Select(service => service.Name).ToArray();
        for (var i = 0; i < services.Filters.Count; i++)
        {
            var path = ConfigPath.Item("filters", i);
            if (!scope.Good(path, "ext"))
                continue;
            var name = services.Filters[i];
            if (!known.Contains(name))
                scope.Error(path, $"must be the name of a service of kind wasm, got {scope.Show(path, $"\"{name}\"{Suggestion.For(name, known)}")}");
            else if (services.Filters.Take(i).Contains(name))
                scope.Error(path, "must be unique in the list");
        }

        return services;
    }
}
