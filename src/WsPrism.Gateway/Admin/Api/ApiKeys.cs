using System.Security.Cryptography;
using System.Text;
using WsPrism.Core.Configuration;

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

    public ApiKeys(WsPrismConfig config, TimeProvider time) => _keys =
    [
        .. config.Gateway.Admin.ApiKeys.Select(key => new ApiKey(HashOf(key), null, time)),
        .. config.Tenants.SelectMany(tenant => tenant.ApiKeys.Select(key => new ApiKey(HashOf(key), tenant.Id, time))),
    ];

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
