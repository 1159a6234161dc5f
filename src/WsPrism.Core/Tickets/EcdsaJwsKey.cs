using System.Collections.Concurrent;
using System.Security.Cryptography;
using WsPrism.Core.Configuration;

namespace WsPrism.Core.Tickets;

/// <summary>The public half of an issuer's key on P-256: ES256, whose signature is r and s, 32 bytes each (RFC 7518 §3.4), never DER.</summary>
internal sealed class EcdsaJwsKey : JwsKey
{
    private const int SignatureLength = 64;

    private readonly ECParameters _parameters;

    // The platform's objects are for one thread at a time, and making one costs as much as verifying.
    private readonly ConcurrentBag<ECDsa> _idle = [];

    public EcdsaJwsKey(string kid, ECParameters parameters)
        : base(kid, JwtAlgorithm.ES256) => _parameters = parameters;

    public override bool Verify(ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != SignatureLength)
        {
            return false;
        }

        if (!_idle.TryTake(out var ecdsa))
        {
            ecdsa = ECDsa.Create(_parameters);
        }

        var isGood = ecdsa.VerifyData(signed, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        _idle.Add(ecdsa);
        return isGood;
    }
}
