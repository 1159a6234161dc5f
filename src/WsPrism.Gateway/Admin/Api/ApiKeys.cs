using System.Security.Cryptography;
using System.Text;
using WsPrism.Core.Configuration;
using WsPrism.Core.Policies;

namespace WsPrism.Gateway.Admin.Api;

/// <summary>
/// All keys of the configuration. Only hashes are kept, and a key is compared with every one of them in constant time: neither a dump of memory nor a clock tells
/// one. Immutable.
/// </summary>
internal sealed class ApiKeys
{
    private const string Scheme = "Bearer ";

    // As long as the configuration lets a key be; what is longer is not even hashed.
    private const int MaxLength = 512;

    private readonly ApiKey[] _keys;

    /// <summary>The keys; those that were in <paramref name="before"/> keep what they have used of their rate.</summary>
    public ApiKeys(WsPrismConfig config, TimeProvider time, ApiKeys? before = null)
    {
        var rate = new RateLimit(config.Gateway.Admin.RateLimitRps, config.Gateway.Admin.RateLimitBurst);
        var slots = (before?._keys ?? []).Where(key => key.Tenant is not null).DistinctBy(key => key.Tenant).ToDictionary(key => key.Tenant!, key => key.Slots, StringComparer.Ordinal);
        _keys =
        [
            .. config.Gateway.Admin.ApiKeys.Select(key => Create(key, null)),
            .. config.Tenants.SelectMany(tenant => tenant.ApiKeys.Select(key => Create(key, tenant.Id))),
        ];

        // The operator's keys are bounded each for itself, a tenant's all together.
        ApiSlots SlotsOf(string? tenant) =>
            tenant is null ? new ApiSlots() : slots.TryGetValue(tenant, out var known) ? known : slots[tenant] = new ApiSlots();

        ApiKey Create(string text, string? tenant)
        {
            var hash = HashOf(text);
            var key = Array.Find(before?._keys ?? [], known => known.Tenant == tenant && known.Hash.AsSpan().SequenceEqual(hash)) ?? new ApiKey(hash, tenant, SlotsOf(tenant), rate, time);
            key.Rate = rate;
            return key;
        }
    }

    /// <summary>The key of an <c>Authorization</c> header; null where there is none, or more than one, or one that nobody has.</summary>
    public ApiKey? Find(Microsoft.Extensions.Primitives.StringValues authorization)
    {
        if (authorization is not [{ } header] || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || header.Length > Scheme.Length + MaxLength)
        {
            return null;
        }

        var hash = HashOf(header[Scheme.Length..].Trim());
        ApiKey? found = null;
        foreach (var key in _keys)
        {
            found = CryptographicOperations.FixedTimeEquals(hash, key.Hash) ? key : found;
        }

        return found;
    }

    private static byte[] HashOf(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
