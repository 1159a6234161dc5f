using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using WsPrism.Core.Configuration;

namespace WsPrism.Testing;

/// <summary>Makes tickets as an issuer does, and as a forger: header and payload are whatever text a test wants them to be.</summary>
internal static class TicketMint
{
    public const string Secret = "a secret of 64 bytes, which is enough for HS512 as well - really";

    /// <summary>A tenant's <c>auth.jwt</c> with one key for HS256, named <c>k1</c>, and no skew.</summary>
    public static JwtConfig Config { get; } = new()
    {
        Keys = [new JwtKeyConfig { Kid = "k1", Alg = JwtAlgorithm.HS256, Secret = Secret }],
        ClockSkewMs = 0,
    };

    /// <summary>A good ticket under <see cref="Config"/>, with further claims as JSON: <c>"rooms":["a"]</c>.</summary>
    public static string Ticket(string user, DateTimeOffset expires, string more = "") =>
        Hs256("""{"alg":"HS256","kid":"k1"}""", $$"""{"sub":"{{user}}","exp":{{expires.ToUnixTimeSeconds()}}{{(more.Length > 0 ? "," : "")}}{{more}}}""");

    public static string Hs256(string header, string payload) => Sign(header, payload, signed => HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), signed));

    public static string Sign(string header, string payload, Func<byte[], byte[]> sign)
    {
        var signed = $"{Encode(Encoding.UTF8.GetBytes(header))}.{Encode(Encoding.UTF8.GetBytes(payload))}";
        return $"{signed}.{Encode(sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    public static string Encode(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);
}
