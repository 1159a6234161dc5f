using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace WsPrism.Backend.Webhooks;

/// <summary>
/// Signs requests by Standard Webhooks: HMAC-SHA256 over <c>id.timestamp.body</c>, one signature for each secret that is valid. Immutable.
/// </summary>
internal sealed class WebhookSigner
{
    private const string Prefix = "whsec_";

    private readonly byte[][] _keys;

    /// <summary>Signs with <paramref name="secret"/>, and with <paramref name="previous"/> too where there is one.</summary>
    public WebhookSigner(string secret, string? previous = null) => _keys = previous is null ? [Decode(secret)] : [Decode(secret), Decode(previous)];

    /// <summary>The value of <c>Webhook-Signature</c>.</summary>
    public string Sign(string id, long unixTimeS, ReadOnlySpan<byte> body)
    {
        var before = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{unixTimeS}."));
        var signatures = new StringBuilder();
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        foreach (var key in _keys)
        {
            using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
            hmac.AppendData(before);
            hmac.AppendData(body);
            hmac.GetHashAndReset(hash);
            signatures.Append(signatures.Length > 0 ? " " : "").Append("v1,").Append(Convert.ToBase64String(hash));
        }

        return signatures.ToString();
    }

    private static byte[] Decode(string secret) => Convert.FromBase64String(secret.StartsWith(Prefix, StringComparison.Ordinal) ? secret[Prefix.Length..] : secret);
}
