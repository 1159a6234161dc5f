using System.Collections.Concurrent;
using System.Security.Cryptography;
using WsPrism.Core.Configuration;

namespace WsPrism.Core.Tickets;

/// <summary>The public half of an issuer's RSA key: RS256 (PKCS #1 v1.5) or PS256 (PSS, salt as long as the hash), RFC 7518 §3.3 and §3.5.</summary>
internal sealed class RsaJwsKey : JwsKey
{
    /// <summary>RFC 7518 §3.3.</summary>
    public const int MinBits = 2_048;

    /// <summary>A larger one costs every handshake milliseconds.</summary>
    public const int MaxBits = 8_192;

    private readonly RSAParameters _parameters;
    private readonly RSASignaturePadding _padding;

    // The platform's objects are for one thread at a time, and making one costs more than verifying.
    private readonly ConcurrentBag<RSA> _idle = [];

    public RsaJwsKey(string kid, JwtAlgorithm algorithm, RSAParameters parameters)
        : base(kid, algorithm)
    {
        _parameters = parameters;
        _padding = algorithm == JwtAlgorithm.PS256 ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1;
    }

    public override bool Verify(ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != _parameters.Modulus!.Length)
        {
            return false;
        }

        if (!_idle.TryTake(out var rsa))
        {
            rsa = RSA.Create(_parameters);
        }

        var isGood = rsa.VerifyData(signed, signature, HashAlgorithmName.SHA256, _padding);
        _idle.Add(rsa);
        return isGood;
    }
}
