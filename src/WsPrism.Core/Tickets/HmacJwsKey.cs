using System.Security.Cryptography;
using WsPrism.Core.Configuration;

namespace WsPrism.Core.Tickets;

/// <summary>A secret shared with the issuer: HS256, HS384, HS512 (RFC 7518 §3.2).</summary>
internal sealed class HmacJwsKey : JwsKey
{
    private readonly byte[] _secret;

    public HmacJwsKey(string kid, JwtAlgorithm algorithm, byte[] secret)
        : base(kid, algorithm) => _secret = secret;

    /// <summary>Length of the algorithm's hash, which is the least that its secret must have.</summary>
    public static int HashLength(JwtAlgorithm algorithm) => algorithm switch
    {
        JwtAlgorithm.HS256 => HMACSHA256.HashSizeInBytes,
        JwtAlgorithm.HS384 => HMACSHA384.HashSizeInBytes,
        JwtAlgorithm.HS512 => HMACSHA512.HashSizeInBytes,
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm)),
    };

    public override bool Verify(ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature)
    {
        Span<byte> expected = stackalloc byte[HashLength(Algorithm)];
        switch (Algorithm)
        {
            case JwtAlgorithm.HS256:
                HMACSHA256.HashData(_secret, signed, expected);
                break;
            case JwtAlgorithm.HS384:
                HMACSHA384.HashData(_secret, signed, expected);
                break;
            default:
                HMACSHA512.HashData(_secret, signed, expected);
                break;
        }

        return CryptographicOperations.FixedTimeEquals(expected, signature);
    }
}
