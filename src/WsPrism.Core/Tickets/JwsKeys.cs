using System.Security.Cryptography;
using System.Text;
using WsPrism.Core.Configuration;

namespace WsPrism.Core.Tickets;

/// <summary>Makes keys of what the operator wrote, or says which key of the section is wrong and why. It never says anything of a secret but its length.</summary>
internal static class JwsKeys
{
    private const string P256 = "1.2.840.10045.3.1.7";

    /// <summary>A key; throws where the configuration is wrong, which its loader would not have let through.</summary>
    public static JwsKey Create(JwtKeyConfig config) =>
        TryCreate(config, out var at, out var problem) ?? throw new ArgumentException($"Key \"{config.Kid}\": {at} {problem}", nameof(config));

    /// <summary>A key; null where <paramref name="at"/> is wrong, and <paramref name="problem"/> goes on from its name.</summary>
    public static JwsKey? TryCreate(JwtKeyConfig config, out string at, out string problem)
    {
        var isShared = config.Alg is JwtAlgorithm.HS256 or JwtAlgorithm.HS384 or JwtAlgorithm.HS512;
        (at, problem) = isShared ? ("secret", string.Empty) : ("public_key_file", string.Empty);
        if (isShared)
        {
            if (config.PublicKeyFile is not null)
            {
                (at, problem) = ("public_key_file", $"must be left out: {config.Alg} uses a secret that gateway and issuer share");
                return null;
            }

            return FromSecret(config, out problem);
        }

        if (config.Secret is not null)
        {
            (at, problem) = ("secret", $"must be left out: {config.Alg} is verified with a public key");
            return null;
        }

        return FromPem(config, out problem);
    }

    private static HmacJwsKey? FromSecret(JwtKeyConfig config, out string problem)
    {
        var least = HmacJwsKey.HashLength(config.Alg);
        var secret = Encoding.UTF8.GetBytes(config.Secret ?? string.Empty);
        problem = config.Secret is null ? $"is required: {config.Alg} uses a secret that gateway and issuer share"
            : config.Secret.Contains("-----BEGIN ", StringComparison.Ordinal) ? "must be a secret, this is a key in PEM: everybody may know a public key, so anybody could sign"
            : secret.Length < least ? $"must have at least {least} bytes for {config.Alg} (RFC 7518 §3.2), got {secret.Length}"
            : string.Empty;
        return problem.Length == 0 ? new HmacJwsKey(config.Kid, config.Alg, secret) : null;
    }

    private static JwsKey? FromPem(JwtKeyConfig config, out string problem)
    {
        if (config.PublicKeyFile is not { } file)
        {
            problem = $"is required: {config.Alg} is verified with a public key";
            return null;
        }

        try
        {
            problem = WrongLabel(file.Text);
            return problem.Length > 0 ? null
                : config.Alg == JwtAlgorithm.ES256 ? FromEc(config, file.Text, out problem)
                : FromRsa(config, file.Text, out problem);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            problem = $"must hold {KindOf(config.Alg)} for {config.Alg}, this is another kind of key or broken";
            return null;
        }
    }

    private static string WrongLabel(string text)
    {
        if (!PemEncoding.TryFind(text, out var fields))
        {
            return "must hold a public key in PEM (-----BEGIN PUBLIC KEY-----)";
        }

        var label = text[fields.Label];
        return label.EndsWith("PRIVATE KEY", StringComparison.Ordinal) ? "must hold a public key, this is a private one: it belongs where tickets are made, and nowhere else"
            : label is "PUBLIC KEY" or "RSA PUBLIC KEY" ? string.Empty
            : "must hold a public key in PEM (-----BEGIN PUBLIC KEY-----), this is something else";
    }

    private static RsaJwsKey? FromRsa(JwtKeyConfig config, string pem, out string problem)
    {
        using var rsa = RSA.Create();
        rsa.ImportFromPem(pem);
        problem = rsa.KeySize is >= RsaJwsKey.MinBits and <= RsaJwsKey.MaxBits ? string.Empty
            : $"must hold an RSA key of {RsaJwsKey.MinBits} to {RsaJwsKey.MaxBits} bits, got {rsa.KeySize}";
        return problem.Length == 0 ? new RsaJwsKey(config.Kid, config.Alg, rsa.ExportParameters(includePrivateParameters: false)) : null;
    }

    private static EcdsaJwsKey? FromEc(JwtKeyConfig config, string pem, out string problem)
    {
        using var ecdsa = ECDsa.Create();
        ecdsa.ImportFromPem(pem);
        var parameters = ecdsa.ExportParameters(includePrivateParameters: false);
        problem = parameters.Curve.IsNamed && parameters.Curve.Oid.Value == P256 ? string.Empty : "must hold a key on the curve P-256 for ES256, this one is on another";
        return problem.Length == 0 ? new EcdsaJwsKey(config.Kid, parameters) : null;
    }

    private static string KindOf(JwtAlgorithm algorithm) => algorithm == JwtAlgorithm.ES256 ? "a key on the curve P-256" : "an RSA key";
}
