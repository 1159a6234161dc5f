using WsPrism.Configuration.Description;
using WsPrism.Core.Configuration;

namespace WsPrism.Configuration.Sections;

/// <summary>The whole file.</summary>
internal static class RootSection
{
    public const int MaxTenants = 10_000;

    public static readonly SectionSpec<WsPrismConfig> Root = new SectionSpec<WsPrismConfig>()
        .Key(x => x.Version, new IntSpec(1, 1), "Version of the file's format; 1 is the only one.", required: true)
        .Key(x => x.Gateway, GatewaySections.Gateway, "Settings of the process: listeners, timing, protection.")
        .Key(
            x => x.Tenants,
            new ListSpec<TenantConfig>(TenantSections.Tenant) { Min = 1, Max = MaxTenants, Identity = tenant => tenant.Id, IdentityKey = "id" },
            "The tenants, isolated from each other; at least one.",
            required: true)
        .Rule(DevTicketsAreForDevelopment)
        .Rule(ApiKeysDiffer);

    private static WsPrismConfig DevTicketsAreForDevelopment(WsPrismConfig config, SectionScope scope)
    {
        for (var i = 0; i < config.Tenants.Count; i++)
        {
            var path = $"tenants[{i}].auth.dev_tickets";
            if (config.Tenants[i] is not { Auth.DevTickets.Count: > 0 })
                continue;
            if (config.Gateway.Production && scope.Good("gateway.production"))
                scope.Error(path, "must be left out where gateway.production is true");
            else
                scope.Warn(path, "fixed tickets are for development: whoever knows one can connect");
        }

        return config;
    }

    // A key says whose it is: the same one twice would reach two tenants, or all. Within one list the list itself looks.
    private static WsPrismConfig ApiKeysDiffer(WsPrismConfig config, SectionScope scope)
    {
        const string Operator = "gateway.admin.api_keys";
        var owners = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (list, keys) in config.Tenants.Select((tenant, i) => ($"tenants[{i}].api_keys", tenant?.ApiKeys ?? [])).Prepend((Operator, config.Gateway.Admin.ApiKeys)))
        {
            for (var i = 0; i < keys.Count; i++)
            {
                var path = ConfigPath.Item(list, i);
                if (keys[i] is { } key && !owners.TryAdd(key, list) && owners[key] != list && scope.Good(path))
                    scope.Error(path, $"must be unique in the file, {owners[key]} has the same key");
            }
        }

        return config;
    }
}
