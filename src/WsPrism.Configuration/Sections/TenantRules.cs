using WsPrism.Configuration.Description;
using WsPrism.Core.Configuration;
using WsPrism.Core.Tickets;

namespace WsPrism.Configuration.Sections;

/// <summary>Rules of a tenant that are about more than one key.</summary>
internal static class TenantRules
{
    /// <summary>What clients can send to each built-in Ext service: section 7 of the protocol.</summary>
    private static readonly Dictionary<string, string[]> ExtServices = new(StringComparer.Ordinal)
    {
        ["sys"] = ["ping", "refresh", "stats"],
        ["room"] = ["join", "leave", "activate", "members", "history", "state", "list"],
        ["chat"] = ["send", "typing", "direct"],
        ["game"] = ["input"],
        ["market"] = ["subscribe", "unsubscribe"],
        ["party"] = ["create", "invite", "accept", "decline", "leave", "kick", "promote", "ready"],
    };

    // The behaviour of the Hot lane that has no twin here: a service may be on both lanes under its one name.
    private static readonly string[] OtherNames = ["echo"];

    public static string? DevTicketPrefixes(string ticket, string user) =>
        user.EndsWith('*') && !ticket.EndsWith('*') ? "must not end in *: its ticket does not, so there is nothing to put there" : null;

    // What start would stumble over: the key is made the same way there.
    public static JwtKeyConfig JwtKeyFitsItsAlgorithm(JwtKeyConfig key, SectionScope scope)
    {
        if (scope.Good("alg", "secret", "public_key_file") && JwsKeys.TryCreate(key, out var at, out var problem) is null)
            scope.Error(at, problem);
        return key;
    }

    public static ExtServiceConfig ServiceNameIsFree(ExtServiceConfig service, SectionScope scope)
    {
        if (scope.Good("name") && scope.Written("name") && (ExtServices.ContainsKey(service.Name) || OtherNames.Contains(service.Name)))
            scope.Error("name", $"must not be the name of a built-in service ({string.Join(", ", ExtServices.Keys.Concat(OtherNames))}), got {scope.Show("name", service.Name)}");
        return service;
    }

    public static JwtConfig JwtHasKeys(JwtConfig jwt, SectionScope scope)
    {
        if (jwt.Keys.Count == 0 && jwt.JwksUrl.Length == 0 && scope.Good("keys", "jwks_url"))
            scope.Error("keys", "is required, or jwks_url: without a key no ticket can be good");
        WarnOfPlainHttp(jwt.JwksUrl, "jwks_url", "whoever is on the way can put keys of their own in", scope);
        return jwt;
    }

    public static AuthWebhookConfig WebhookIsPrivate(AuthWebhookConfig webhook, SectionScope scope)
    {
        WarnOfPlainHttp(webhook.Url, "url", "whoever is on the way can read tickets and let anybody in", scope);
        return webhook;
    }

    private static void WarnOfPlainHttp(string url, string path, string danger, SectionScope scope)
    {
        if (scope.Good(path) && Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttp && !uri.IsLoopback)
            scope.Warn(path, $"is plain http: {danger}");
    }

    public static SessionPolicyConfig SingleMeansOne(SessionPolicyConfig sessions, SectionScope scope)
    {
        if (sessions.Mode != SessionMode.Single || !scope.Good("mode", "max_sessions_per_user"))
            return sessions;
        if (!scope.Written("max_sessions_per_user"))
            return sessions with { MaxSessionsPerUser = 1 };
        if (sessions.MaxSessionsPerUser != 1)
            scope.Error("max_sessions_per_user", $"must be 1 where mode is single, got {scope.Show("max_sessions_per_user", sessions.MaxSessionsPerUser)}");
        return sessions;
    }

    // A warning, not an error: an entry for a service that is not there yet lets nothing through, and PROTOCOL §8 has an answer for it.
    public static TenantConfig ExtAllowlistNamesServices(TenantConfig tenant, SectionScope scope)
    {
        var own = tenant.Services.Ext.Select(service => service?.Name).OfType<string>().ToHashSet(StringComparer.Ordinal);
        foreach (var (path, service, type) in Entries(tenant.Policy.ExtAllowlist, "policy.ext_allowlist", scope))
        {
            var known = ExtServices.Keys.Concat(own);
            var shown = scope.Show(path, $"\"{service}\"{Suggestion.For(service, known)}");
            if (own.Contains(service) || (service.Length > 0 && !scope.Good("services.ext")))
                continue;
            if (!ExtServices.TryGetValue(service, out var types))
                scope.Warn(path, $"no service has this name ({string.Join(", ", known)}), clients get UNKNOWN_SERVICE: {shown}");
            else if (type != "*" && !types.Contains(type))
                scope.Warn(path, $"names a type that the service does not have: {scope.Show(path, $"\"{type}\"{Suggestion.For(type, types)}")}");
        }

        return tenant;
    }

    public static TenantConfig HotAllowlistNamesServices(TenantConfig tenant, SectionScope scope)
    {
        if (!scope.Good("services.hot"))
            return tenant;
        var known = tenant.Services.Hot.Keys.Order().Select(id => $"{id}").ToList();
        foreach (var (path, service, _) in Entries(tenant.Policy.HotAllowlist, "policy.hot_allowlist", scope))
        {
            if (!known.Contains(service))
                scope.Warn(path, $"no svc_id of services.hot ({(known.Count == 0 ? "it has none" : string.Join(", ", known))}), clients get UNKNOWN_SERVICE: {scope.Show(path, service)}");
        }

        return tenant;
    }

    public static TenantConfig SomethingIsAllowed(TenantConfig tenant, SectionScope scope)
    {
        if (tenant.Policy is { ExtAllowlist.Count: 0, HotAllowlist.Count: 0 } && scope.Good("policy"))
            scope.Warn("policy", "ext_allowlist and hot_allowlist are both empty: clients can connect, but everything they send is refused");
        return tenant;
    }

    public static TenantConfig MarketKeysHaveAPlace(TenantConfig tenant, SectionScope scope)
    {
        var (keys, places) = (tenant.Market.MaxKeysPerSession, tenant.Limits.Outbound.HotMaxKeys);
        if (keys > places && scope.Written("market.max_keys_per_session") && scope.Good("market.max_keys_per_session", "limits.outbound.hot_max_keys"))
            scope.Warn("market.max_keys_per_session", $"is more than limits.outbound.hot_max_keys ({places}), which holds too, or slow clients would lose values: {scope.Show("market.max_keys_per_session", keys)}");
        return tenant;
    }

    public static TenantConfig RoomRulesAreReachable(TenantConfig tenant, SectionScope scope)
    {
        var prefixes = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < tenant.Rooms.Count && scope.Good("rooms"); i++)
        {
            var match = tenant.Rooms[i].Match;
            var names = match.TrimEnd('*');
            var first = Enumerable.Range(0, names.Length + 1).Select(length => names[..length]).FirstOrDefault(prefixes.ContainsKey);
            if (first is not null)
                scope.Warn($"rooms[{i}].match", $"never applies: {scope.Full($"rooms[{prefixes[first]}].match")} comes first and matches these rooms too");
            if (match.EndsWith('*'))
                prefixes.TryAdd(names, i);
        }

        return tenant;
    }

    private static IEnumerable<(string Path, string Service, string Action)> Entries(IReadOnlyList<string> entries, string path, SectionScope scope)
    {
        for (var i = 0; i < entries.Count; i++)
        {
            var entryPath = ConfigPath.Item(path, i);
            var parts = scope.Good(entryPath) ? entries[i].Split(':') : [];
            if (parts.Length == 2)
                yield return (entryPath, parts[0], parts[1]);
        }
    }
}
