using System.Text;
using System.Text.Json;
using WsPrism.Core.Configuration;
using WsPrism.Core.Tickets;

namespace WsPrism.Fuzz.Targets;

/// <summary>
/// Reads what an issuer publishes. Nothing is thrown; a set is taken only where .NET's own document finds an object with a list <c>keys</c>; what comes out are
/// public keys alone, each with a name that no other has, and asking one of them about nonsense ends with no.
/// </summary>
internal sealed class JwkSetTarget : IFuzzTarget
{
    // RFC 7517, appendix A.1 and A.3, and a key that is for encryption.
    private const string Rsa = """
        {"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}
        """;

    private const string Ec = """
        {"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","use":"sig","key_ops":["verify"],"kid":"1"}
        """;

    private const string Oct = """{"kty":"oct","alg":"HS256","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}""";

    public string Name => "jwks";

    public IEnumerable<byte[]> Seeds { get; } =
    [
        .. new[] { $$"""{"keys":[{{Rsa}},{{Ec}}]}""", $$"""{"keys":[{{Ec}}]}""", $$"""{"keys":[{{Rsa}},{{Oct}}],"x":1}""", """{"keys":[]}""" }.Select(Encoding.UTF8.GetBytes)
    ];

    public IEnumerable<byte[]> Dictionary { get; } =
    [
        .. new[]
        {
            "\"keys\":[", "\"kty\":\"RSA\"", "\"kty\":\"EC\"", "\"kty\":\"oct\"", "\"alg\":\"PS256\"", "\"alg\":\"HS256\"", "\"alg\":\"none\"", "\"use\":\"enc\"", "\"key_ops\":[]",
            "\"d\":\"AQ\"", "\"k\":\"AQ\"", "\"crv\":\"P-256\"", "\"crv\":\"P-384\"", "\"e\":\"Aw\"", "\"e\":\"AQ\"", "\"n\":\"\"", "\"x\":\"\"", "\"kid\":\"\"", "\"kid\":\"1\"", "null", "{}", "[]",
            ",", "A", "=",
        }.Select(Encoding.UTF8.GetBytes)
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        var keys = JwkSet.Parse(input.ToArray(), out var passedOver);
        if (keys is null)
        {
            BrokenInvariantException.ThrowIfNot(passedOver == 0, "what is no set has no keys");
            return;
        }

        using var document = JsonDocument.Parse(input.ToArray(), new JsonDocumentOptions { MaxDepth = 64 });
        var entries = document.RootElement.GetProperty("keys").GetArrayLength();
        BrokenInvariantException.ThrowIfNot(entries == keys.Length + passedOver && entries <= JwkSet.MaxKeys, "each entry is a key or is passed over");
        foreach (var key in keys)
        {
            BrokenInvariantException.ThrowIfNot(key.Algorithm is JwtAlgorithm.RS256 or JwtAlgorithm.PS256 or JwtAlgorithm.ES256, "nothing published is a secret");
            BrokenInvariantException.ThrowIfNot(key.Kid.Length == 0 || keys.Count(other => other.Kid == key.Kid) == 1, "a name is one key's");
            BrokenInvariantException.ThrowIfNot(!key.Verify("text"u8, new byte[256]) && !key.Verify("text"u8, new byte[64]), "nobody signed nonsense");
        }
    }
}
