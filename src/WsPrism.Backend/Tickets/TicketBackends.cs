using Microsoft.Extensions.Logging;
using WsPrism.Core.Configuration;
using WsPrism.Core.Tickets;

namespace WsPrism.Backend.Tickets;

/// <summary>Whom the tenants' tickets are asked about over HTTP, one for each configuration that is in force. Safe for all threads.</summary>
internal sealed class TicketBackends(TimeProvider time, ILogger logger) : ITicketBackends, IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Tenant, string Url, int RefreshMs), PublishedKeys> _keys = [];
    private readonly Dictionary<(string Tenant, AuthWebhookConfig Config), TicketWebhook> _judges = [];

    public IPublishedKeys? KeysOf(TenantConfig tenant)
    {
        lock (_gate)
        {
            return KeyOfKeys(tenant) is not { } key ? null
                : _keys.TryGetValue(key, out var known) ? known
                : _keys[key] = new PublishedKeys(tenant.Id, tenant.Auth.Jwt!, time, logger);
        }
    }

    public ITicketJudge? JudgeOf(TenantConfig tenant)
    {
        lock (_gate)
        {
            return KeyOfJudge(tenant) is not { } key ? null
                : _judges.TryGetValue(key, out var known) ? known
                : _judges[key] = new TicketWebhook(tenant.Id, key.Config, time, logger);
        }
    }

    /// <summary>Ends those that none of these tenants has any more, after a reload.</summary>
    public void Retain(IReadOnlyCollection<TenantConfig> tenants)
    {
        var keys = tenants.Select(KeyOfKeys).ToHashSet();
        var judges = tenants.Select(KeyOfJudge).ToHashSet();
        lock (_gate)
        {
            foreach (var key in _keys.Keys.Where(key => !keys.Contains(key)).ToArray())
            {
                _keys.Remove(key, out var gone);
                gone!.Dispose();
            }

            foreach (var key in _judges.Keys.Where(key => !judges.Contains(key)).ToArray())
            {
                // Not disposed of: who was asked may still answer. Its connections close when they have been idle.
                _judges.Remove(key);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var judge in _judges.Values)
            {
                judge.Dispose();
            }
        }

        Retain([]);
    }

    private static (string Tenant, string Url, int RefreshMs)? KeyOfKeys(TenantConfig tenant) =>
        tenant.Auth.Jwt is { JwksUrl.Length: > 0 } jwt ? (tenant.Id, jwt.JwksUrl, jwt.JwksRefreshMs) : null;

    private static (string Tenant, AuthWebhookConfig Config)? KeyOfJudge(TenantConfig tenant) => tenant.Auth.Webhook is { } webhook ? (tenant.Id, webhook) : null;
}
