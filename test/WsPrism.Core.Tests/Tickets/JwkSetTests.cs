using System.Security.Cryptography;
using System.Text;
using WsPrism.Core.Configuration;
using WsPrism.Core.Tickets;
using WsPrism.Testing;

namespace WsPrism.Core.Tests.Tickets;

public sealed class JwkSetTests
{
    private static readonly RSA RsaKey = RSA.Create(2_048);
    private static readonly ECDsa EcKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private static string N => TicketMint.Encode(RsaKey.ExportParameters(false).Modulus);

    private static string X => TicketMint.Encode(EcKey.ExportParameters(false).Q.X);

    private static string Y => TicketMint.Encode(EcKey.ExportParameters(false).Q.Y);

    [Fact]
    public void Public_keys_for_signatures_are_taken_each_for_one_algorithm()
    {
        var keys = Parse(Rsa("a"), Rsa("b", ""","alg":"PS256","use":"sig" """), Ec("c", ""","key_ops":["verify","sign"]"""), Rsa(null));

        Assert.Equal(["a RS256", "b PS256", "c ES256", " RS256"], keys.Select(key => $"{key.Kid} {key.Algorithm}"));
        Assert.True(keys[0].Verify("x"u8, RsaKey.SignData("x"u8, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)));
        Assert.True(keys[1].Verify("x"u8, RsaKey.SignData("x"u8, HashAlgorithmName.SHA256, RSASignaturePadding.Pss)));
        Assert.True(keys[2].Verify("x"u8, EcKey.SignData("x"u8, HashAlgorithmName.SHA256)));
    }

    public static TheoryData<string> Unusable => new(
        """{"kty":"oct","kid":"a","alg":"HS256","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}""",
        Rsa("a", ""","alg":"HS256" """),
        Rsa("a", ""","alg":"ES256" """),
        Rsa("a", ""","alg":"RS384" """),
        Rsa("a", ""","alg":"none" """),
        Rsa("a", ""","alg":7"""),
        Rsa("a", ""","use":"enc" """),
        Rsa("a", ""","key_ops":["sign"]"""),
        Rsa("a", ""","key_ops":"verify" """),
        Rsa("a", ""","d":"AQ" """),
        Rsa("a", ""","k":"AQ" """),
        Rsa(""),
        Rsa(new string('k', 129)),
        Rsa("a").Replace("RSA", "rsa", StringComparison.Ordinal),
        Rsa("a").Replace("\"RSA\"", "null", StringComparison.Ordinal),
        RsaOf(N, "AQ"),
        RsaOf(N, "Ag"),
        RsaOf(N, "AAEAAQ"),
        RsaOf(N, "AQAAAAE"),
        RsaOf(N + "=", "AQAB"),
        RsaOf("AAAA", "AQAB"),
        RsaOf(TicketMint.Encode([0, .. RsaKey.ExportParameters(false).Modulus!]), "AQAB"),
        RsaOf(TicketMint.Encode([.. Enumerable.Repeat((byte)0xFF, 128)]), "AQAB"),
        RsaOf(TicketMint.Encode([.. Enumerable.Repeat((byte)0xFF, 1_025)]), "AQAB"),
        """{"kty":"RSA","kid":"a","e":"AQAB"}""",
        Ec("a").Replace("P-256", "P-384", StringComparison.Ordinal),
        Ec("a").Replace("P-256", "secp256k1", StringComparison.Ordinal),
        Ec("a").Replace("P-256", "p-256", StringComparison.Ordinal),
        EcOf(Y, X),
        EcOf(X, "AA"),
        EcOf(TicketMint.Encode(new byte[32]), TicketMint.Encode(new byte[32])),
        "{}");

    [Theory]
    [MemberData(nameof(Unusable))]
    public void Others_are_passed_over(string jwk)
    {
        var keys = JwkSet.Parse(Encoding.UTF8.GetBytes($$"""{"keys":[{{jwk}},{{Ec("good")}}]}"""), out var passedOver);

        Assert.Equal(("good", 1), (Assert.Single(keys!).Kid, passedOver));
    }

    [Fact]
    public void Two_keys_of_one_name_are_none()
    {
        Assert.Equal(["b"], Parse(Rsa("a"), Ec("a"), Ec("b")).Select(key => key.Kid));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("<html></html>")]
    [InlineData("""{"keys":{}}""")]
    [InlineData("""{"keys":null}""")]
    [InlineData("""{"keys":[1]}""")]
    [InlineData("""{"keys":[[]]}""")]
    [InlineData("""{"keys":[{"kid":"a","kid":"a"}]}""")]
    [InlineData("""{"keys":[],"keys":[]}""")]
    [InlineData("""{"keys":[]} x""")]
    [InlineData("{\"keys\":[]")]
    public void What_is_no_set_is_not_taken(string json) => Assert.Null(JwkSet.Parse(Encoding.UTF8.GetBytes(json), out _));

    [Fact]
    public void A_set_is_short()
    {
        Assert.Equal(JwkSet.MaxKeys, Parse([.. Enumerable.Range(0, JwkSet.MaxKeys).Select(i => Ec($"k{i}"))]).Length);
        Assert.Null(JwkSet.Parse(Set(Enumerable.Range(0, JwkSet.MaxKeys + 1).Select(i => Ec($"k{i}"))), out _));

        var padding = new string(' ', JwkSet.MaxBytes - """{"keys":[]}""".Length);
        Assert.Empty(JwkSet.Parse(Encoding.UTF8.GetBytes($$"""{"keys":[{{padding}}]}"""), out _)!);
        Assert.Null(JwkSet.Parse(Encoding.UTF8.GetBytes($$"""{"keys":[{{padding}} ]}"""), out _));
    }

    private static JwsKey[] Parse(params string[] keys)
    {
        var parsed = JwkSet.Parse(Set(keys), out _);
        Assert.NotNull(parsed);
        Assert.All(parsed, key => Assert.True(key.Algorithm is JwtAlgorithm.RS256 or JwtAlgorithm.PS256 or JwtAlgorithm.ES256));
        return parsed;
    }

    private static byte[] Set(IEnumerable<string> keys) => Encoding.UTF8.GetBytes($$"""{"keys":[{{string.Join(',', keys)}}]}""");

    private static string Rsa(string? kid, string more = "") => $$"""{"kty":"RSA"{{(kid is null ? "" : $",\"kid\":\"{kid}\"")}},"n":"{{N}}","e":"AQAB"{{more}}}""";

    private static string RsaOf(string n, string e) => $$"""{"kty":"RSA","kid":"a","n":"{{n}}","e":"{{e}}"}""";

    private static string Ec(string kid, string more = "") => $$"""{"kty":"EC","crv":"P-256","kid":"{{kid}}","x":"{{X}}","y":"{{Y}}"{{more}}}""";

    private static string EcOf(string x, string y) => $$"""{"kty":"EC","crv":"P-256","kid":"a","x":"{{x}}","y":"{{y}}"}""";
}
