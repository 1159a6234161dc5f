using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using WsPrism.Core.Configuration;

namespace WsPrism.Core.Tickets;

/// <summary>
/// Reads a JWK Set (RFC 7517) that an issuer publishes. Strict in what it takes: public keys for signatures, RSA of 2,048 to 8,192 bits or the curve P-256, each
/// for one algorithm. Keys of other kinds are passed over, as the RFC wants; a secret or a private key in public is passed over too. Nothing is thrown.
/// </summary>
internal static class JwkSet
{
    /// <summary>The longest text.</summary>
    public const int MaxBytes = 262_144;

    /// <summary>Keys in one set.</summary>
    public const int MaxKeys = 64;

    private const int MaxKidBytes = 128;
    private const int CoordinateLength = 32;
    private const int MaxExponentLength = 4;

    // A public key has none of them: k is a secret, the others are of private keys.
    private static readonly string[] NotPublic = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

    /// <summary>The keys that can be used; null where the text is no set. <paramref name="passedOver"/> counts the others.</summary>
    public static JwsKey[]? Parse(byte[] json, out int passedOver)
    {
        passedOver = 0;
        if (json.Length > MaxBytes || JsonMembers.Parse(json) is not { } set || !set.TryObjects("keys", MaxKeys, out var entries) || entries is null)
        {
            return null;
        }

        var keys = new List<JwsKey>();
        foreach (var entry in entries)
        {
            if (ReadKey(entry) is { } key)
            {
                keys.Add(key);
            }
        }

        // Two keys of one name: nobody can say which is meant.
        keys.RemoveAll(key => key.Kid.Length > 0 && keys.Count(other => other.Kid == key.Kid) > 1);
        passedOver = entries.Count - keys.Count;
        return [.. keys];
    }

    private static JwsKey? ReadKey(JsonMembers jwk)
    {
        if (!jwk.TryText("kid", out var kid) || (kid is not null && (kid.Length == 0 || Encoding.UTF8.GetByteCount(kid) > MaxKidBytes))
            || !jwk.TryText("use", out var use) || use is not (null or "sig")
            || !jwk.TryTexts("key_ops", out var operations) || operations?.Contains("verify", StringComparer.Ordinal) == false
            || !jwk.TryText("kty", out var kty) || !jwk.TryText("alg", out var alg)
            || NotPublic.Any(jwk.Has))
        {
            return null;
        }

        return (kty, alg) switch
        {
            // Without alg a key is for what its kind is mostly used for, and for that alone.
            ("RSA", null or "RS256") => ReadRsa(jwk, kid ?? string.Empty, JwtAlgorithm.RS256),
            ("RSA", "PS256") => ReadRsa(jwk, kid ?? string.Empty, JwtAlgorithm.PS256),
            ("EC", null or "ES256") => ReadEc(jwk, kid ?? string.Empty),
            _ => null,
        };
    }

    private static RsaJwsKey? ReadRsa(JsonMembers jwk, string kid, JwtAlgorithm algorithm)
    {
        // RFC 7518 §6.3.1: as few bytes as there can be. Both are odd, or they are no key.
        if (ReadBytes(jwk, "n") is not [> 0, ..] modulus || ReadBytes(jwk, "e") is not [> 0, ..] exponent || (modulus[^1] & 1) == 0 || (exponent[^1] & 1) == 0
            || exponent.Length > MaxExponentLength || exponent is [1]
            || new BigInteger(modulus, isUnsigned: true, isBigEndian: true).GetBitLength() is < RsaJwsKey.MinBits or > RsaJwsKey.MaxBits)
        {
            return null;
        }

        var parameters = new RSAParameters { Modulus = modulus, Exponent = exponent };
        return IsUsable(() => RSA.Create(parameters)) ? new RsaJwsKey(kid, algorithm, parameters) : null;
    }

    private static EcdsaJwsKey? ReadEc(JsonMembers jwk, string kid)
    {
        if (!jwk.TryText("crv", out var curve) || curve != "P-256"
            || ReadBytes(jwk, "x") is not { Length: CoordinateLength } x || ReadBytes(jwk, "y") is not { Length: CoordinateLength } y)
        {
            return null;
        }

        var parameters = new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = x, Y = y } };
        return IsUsable(() => ECDsa.Create(parameters)) ? new EcdsaJwsKey(kid, parameters) : null;
    }

    private static byte[]? ReadBytes(JsonMembers jwk, string name) => jwk.TryText(name, out var text) && text is not null ? StrictBase64Url.Decode(text) : null;

    // The platform refuses what is no key, a point beside the curve for one.
    private static bool IsUsable(Func<AsymmetricAlgorithm> create)
    {
        try
        {
            create().Dispose();
            return true;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return false;
        }
    }
}
