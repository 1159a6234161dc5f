using System.Security.Cryptography;
using System.Text;
using WsPrism.Core.Configuration;
using WsPrism.Core.Tickets;
using WsPrism.Testing;

namespace WsPrism.Core.Tests.Tickets;

/// <summary>What is known to have worked against some verifier or other (RFC 8725 and the advisories since), and must not here.</summary>
public sealed class AttackTests
{
    private const string Payload = """{"sub":"alice","exp":4102444800}""";

    private static readonly RSA RsaKey = RSA.Create(2_048);
    private static readonly ECDsa EcKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private readonly JwsVerifier _verifier = new(
    [
        Key("hs", JwtAlgorithm.HS256), Key("hs384", JwtAlgorithm.HS384), Key("hs512", JwtAlgorithm.HS512),
        Key("rs", JwtAlgorithm.RS256), Key("ps", JwtAlgorithm.PS256), Key("es", JwtAlgorithm.ES256),
    ]);

    [Theory]
    [InlineData("HS256", "hs")]
    [InlineData("HS384", "hs384")]
    [InlineData("HS512", "hs512")]
    [InlineData("RS256", "rs")]
    [InlineData("PS256", "ps")]
    [InlineData("ES256", "es")]
    public void What_the_issuer_signed_is_good_with_its_kid_and_without(string alg, string kid)
    {
        Assert.Equal(TicketFailure.None, Verify($$"""{"alg":"{{alg}}","kid":"{{kid}}"}""", Signer(alg)));
        Assert.Equal(TicketFailure.None, Verify($$"""{"typ":"JWT","alg":"{{alg}}"}""", Signer(alg)));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("NONE")]
    [InlineData("nOnE")]
    [InlineData("")]
    [InlineData("hs256")]
    [InlineData("HS256 ")]
    [InlineData("HS1")]
    [InlineData("0")]
    [InlineData("HS256,RS256")]
    [InlineData("RS384")]
    [InlineData("ES256K")]
    [InlineData("EdDSA")]
    public void Only_the_six_algorithms_are_known_by_their_exact_names(string alg)
    {
        foreach (var kid in new[] { "", ""","kid":"hs" """, ""","kid":"rs" """ })
        {
            Assert.Equal(TicketFailure.Algorithm, Verify($$"""{"alg":"{{alg}}"{{kid}}}""", _ => []));
            Assert.Equal(TicketFailure.Algorithm, Verify($$"""{"alg":"{{alg}}"{{kid}}}""", Signer("HS256")));
        }
    }

    // CVE-2015-9235 and its many heirs: the public key, which everybody has, as the secret of an HMAC.
    [Fact]
    public void A_public_key_is_no_secret()
    {
        var pem = RsaKey.ExportSubjectPublicKeyInfoPem();
        byte[][] secrets =
        [
            Encoding.ASCII.GetBytes(pem), Encoding.ASCII.GetBytes(pem + "\n"), Encoding.ASCII.GetBytes(RsaKey.ExportRSAPublicKeyPem()),
            RsaKey.ExportSubjectPublicKeyInfo(), RsaKey.ExportRSAPublicKey(), RsaKey.ExportParameters(false).Modulus!, EcKey.ExportSubjectPublicKeyInfo(), [],
        ];

        foreach (var secret in secrets)
        {
            Assert.Equal(TicketFailure.Algorithm, Verify("""{"alg":"HS256","kid":"rs"}""", signed => HMACSHA256.HashData(secret, signed)));
            Assert.Equal(TicketFailure.Algorithm, Verify("""{"alg":"HS256","kid":"es"}""", signed => HMACSHA256.HashData(secret, signed)));
            Assert.Equal(TicketFailure.Signature, Verify("""{"alg":"HS256","kid":"hs"}""", signed => HMACSHA256.HashData(secret, signed)));
        }
    }

    [Theory]
    [InlineData("RS256", "ps")]
    [InlineData("PS256", "rs")]
    [InlineData("HS256", "hs512")]
    [InlineData("HS512", "hs")]
    [InlineData("RS256", "es")]
    [InlineData("ES256", "rs")]
    public void A_key_does_one_thing_alone(string alg, string kid) => Assert.Equal(TicketFailure.Algorithm, Verify($$"""{"alg":"{{alg}}","kid":"{{kid}}"}""", Signer(alg)));

    [Theory]
    [InlineData("../../../dev/null")]
    [InlineData("/dev/null")]
    [InlineData("hs' UNION SELECT 'x")]
    [InlineData("hs\\u0000")]
    [InlineData("HS")]
    [InlineData("")]
    [InlineData("http://127.0.0.1/key")]
    public void A_kid_is_a_name_among_those_configured_and_nothing_else(string kid) =>
        Assert.Equal(TicketFailure.UnknownKey, Verify($$"""{"alg":"HS256","kid":"{{kid}}"}""", signed => HMACSHA256.HashData(Array.Empty<byte>(), signed)));

    [Fact]
    public void Without_a_kid_one_of_two_keys_is_not_chosen()
    {
        var verifier = new JwsVerifier([Key("a", JwtAlgorithm.HS256), Key("b", JwtAlgorithm.HS256)]);

        Assert.Equal(TicketFailure.UnknownKey, verifier.Verify(TicketMint.Hs256("""{"alg":"HS256"}""", Payload), out _));
        Assert.Equal(TicketFailure.None, verifier.Verify(TicketMint.Hs256("""{"alg":"HS256","kid":"b"}""", Payload), out _));
    }

    // CVE-2018-0114: the token brings its own key along.
    [Fact]
    public void A_key_or_an_address_in_the_header_means_nothing()
    {
        using var own = RSA.Create(2_048);
        var jwk = own.ExportParameters(false);
        var header = $$"""
            {"alg":"RS256","kid":"rs","jwk":{"kty":"RSA","kid":"rs","n":"{{TicketMint.Encode(jwk.Modulus)}}","e":"AQAB"},
            "jku":"http://127.0.0.1:1/","x5u":"http://127.0.0.1:1/","x5c":["{{Convert.ToBase64String(own.ExportSubjectPublicKeyInfo())}}"]}
            """;

        Assert.Equal(TicketFailure.Signature, Verify(header, signed => own.SignData(signed, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)));
    }

    [Theory]
    [InlineData("[\"exp\"]")]
    [InlineData("[\"b64\"]")]
    [InlineData("[]")]
    [InlineData("null")]
    public void Nothing_critical_is_understood(string crit) =>
        Assert.Equal(TicketFailure.Critical, Verify($$"""{"alg":"HS256","crit":{{crit}},"b64":false}""", Signer("HS256")));

    // CVE-2022-21449: r = s = 0 was good for every key and every text.
    [Fact]
    public void A_signature_of_zeros_or_of_the_wrong_shape_is_none()
    {
        string[] headers = ["""{"alg":"ES256"}""", """{"alg":"RS256"}""", """{"alg":"PS256"}""", """{"alg":"HS256"}"""];
        foreach (var header in headers)
        {
            foreach (var length in new[] { 0, 1, 31, 32, 33, 63, 64, 65, 72, 255, 256, 257 })
            {
                Assert.Equal(TicketFailure.Signature, Verify(header, _ => new byte[length]));
                Assert.Equal(TicketFailure.Signature, Verify(header, _ => [.. Enumerable.Repeat((byte)0xFF, length)]));
            }
        }
    }

    [Fact]
    public void ES256_has_r_and_s_as_they_are_and_no_DER()
    {
        const string Header = """{"alg":"ES256"}""";

        Assert.Equal(TicketFailure.Signature, Verify(Header, signed => EcKey.SignData(signed, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)));
        Assert.Equal(TicketFailure.Signature, Verify(Header, signed => [0, .. EcKey.SignData(signed, HashAlgorithmName.SHA256)]));
        Assert.Equal(TicketFailure.Signature, Verify(Header, signed => [.. EcKey.SignData(signed, HashAlgorithmName.SHA256), 0]));

        // The order of P-256 in the place of r, of s, of both.
        var order = Convert.FromHexString("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");
        Assert.Equal(TicketFailure.Signature, Verify(Header, _ => [.. order, .. order]));
        Assert.Equal(TicketFailure.Signature, Verify(Header, signed => [.. EcKey.SignData(signed, HashAlgorithmName.SHA256)[..32], .. order]));
    }

    [Fact]
    public void The_signature_is_the_whole_of_it()
    {
        foreach (var alg in new[] { "HS256", "HS384", "HS512", "RS256", "PS256", "ES256" })
        {
            var header = $$"""{"alg":"{{alg}}"}""";

            Assert.Equal(TicketFailure.Signature, Verify(header, signed => Signer(alg)(signed)[..^1]));
            Assert.Equal(TicketFailure.Signature, Verify(header, signed => [.. Signer(alg)(signed), 0]));
            Assert.Equal(TicketFailure.Signature, Verify(header, signed => Signer(alg)([.. signed, (byte)'.'])));
            Assert.Equal(TicketFailure.Signature, Verify(header, _ => []));
        }
    }

    [Fact]
    public void PS256_has_a_salt_as_long_as_its_hash_and_RS256_padding_is_not_PSS()
    {
        Assert.Equal(TicketFailure.Signature, Verify("""{"alg":"PS256"}""", Signer("RS256")));
        Assert.Equal(TicketFailure.Signature, Verify("""{"alg":"RS256"}""", Signer("PS256")));
        Assert.Equal(TicketFailure.Signature, Verify("""{"alg":"RS256"}""", signed => RsaKey.SignData(signed, HashAlgorithmName.SHA1, RSASignaturePadding.Pkcs1)));
    }

    [Theory]
    [InlineData("""{"alg":"HS256","alg":"HS256"}""")]
    [InlineData("""{"alg":"none","alg":"HS256"}""")]
    [InlineData("""{"alg":"HS256","\u0061lg":"none"}""")]
    [InlineData("""{"alg":"HS256","kid":"hs","kid":"hs"}""")]
    [InlineData("""{"alg":"HS256","x":1,"x":1}""")]
    [InlineData("""{"alg":["HS256"]}""")]
    [InlineData("""{"alg":256}""")]
    [InlineData("""{"alg":null}""")]
    [InlineData("""{"alg":"HS256","kid":1}""")]
    [InlineData("""{"alg":"HS256","kid":null}""")]
    [InlineData("""{"alg":"HS256\ud800"}""")]
    [InlineData("""{"Alg":"HS256"}""")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("\"HS256\"")]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("""{"alg":"HS256"}{}""")]
    [InlineData("""{"alg":"HS256"} x""")]
    [InlineData("""{"alg":"HS256",}""")]
    [InlineData("""{"alg":"HS256"/**/}""")]
    [InlineData("""{'alg':'HS256'}""")]
    [InlineData("""{"alg":"HS256","x":01}""")]
    [InlineData("""{"alg":"HS256","x":NaN}""")]
    [InlineData("\uFEFF{\"alg\":\"HS256\"}")]
    [InlineData("{\"alg\":\"HS256\"}\0")]
    public void A_header_is_one_strict_object(string header) => Assert.Equal(TicketFailure.Malformed, Verify(header, Signer("HS256")));

    [Fact]
    public void A_header_is_UTF8_and_not_deep()
    {
        byte[] broken = [.. "{\"alg\":\"HS256\",\"x\":\""u8, 0xC3, .. "\"}"u8];
        var signed = $"{TicketMint.Encode(broken)}.{TicketMint.Encode(Encoding.UTF8.GetBytes(Payload))}";

        Assert.Equal(TicketFailure.Malformed, _verifier.Verify($"{signed}.{TicketMint.Encode(Signer("HS256")(Encoding.ASCII.GetBytes(signed)))}", out _));
        Assert.Equal(TicketFailure.None, Verify($$"""{"alg":"HS256","x":{{new string('[', 16)}}{{new string(']', 16)}}}""", Signer("HS256")));
        Assert.Equal(TicketFailure.Malformed, Verify($$"""{"alg":"HS256","x":{{new string('[', 17)}}{{new string(']', 17)}}}""", Signer("HS256")));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("...")]
    [InlineData("{0}.{1}")]
    [InlineData("{0}.{1}.{2}.")]
    [InlineData(".{0}.{1}.{2}")]
    [InlineData("{0}.{1}..{2}")]
    [InlineData("{0}.{1}.{2}.{2}.{2}")]
    [InlineData("{0}.{1}.{2}=")]
    [InlineData("{0}.{1}.{2}==")]
    [InlineData("{0}=.{1}.{2}")]
    [InlineData(" {0}.{1}.{2}")]
    [InlineData("{0}.{1}.{2} ")]
    [InlineData("{0}.{1}.{2}\n")]
    [InlineData("{0} .{1}.{2}")]
    [InlineData("{0}.{1}.{2}\0")]
    [InlineData("{0}．{1}．{2}")]
    [InlineData("Bearer {0}.{1}.{2}")]
    [InlineData("{0}.{1}.+{2}")]
    public void A_token_is_three_parts_of_strict_base64url(string shape)
    {
        var parts = TicketMint.Hs256("""{"alg":"HS256"}""", Payload).Split('.');

        Assert.Equal(TicketFailure.Malformed, _verifier.Verify(string.Format(null, shape, parts), out _));
    }

    // The same bytes with other trailing bits: a second text for one signature, which would slip past a list of revoked ones.
    [Fact]
    public void A_signature_has_one_text_alone()
    {
        var token = TicketMint.Hs256("""{"alg":"HS256"}""", Payload);
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

        var good = Alphabet.Where(last => _verifier.Verify(token[..^1] + last, out _) == TicketFailure.None);

        Assert.Equal([token[^1]], good);
    }

    [Fact]
    public void A_token_has_4096_characters_at_most()
    {
        // Four characters for three bytes: 65 of the token are not the claims', and they begin with {"x":"".
        static string WithLength(int length) => TicketMint.Hs256("""{"alg":"HS256"}""", $$"""{"x":"{{new string('x', ((length - 65) * 3 / 4) - 8)}}"}""");

        var longest = WithLength(4_096);
        var tooLong = WithLength(4_097);

        Assert.Equal((4_096, 4_097), (longest.Length, tooLong.Length));
        Assert.Equal(TicketFailure.None, _verifier.Verify(longest, out _));
        Assert.Equal(TicketFailure.Malformed, _verifier.Verify(tooLong, out _));
        Assert.Equal(TicketFailure.Malformed, _verifier.Verify(WithLength(100_000), out _));
        Assert.Equal(TicketFailure.Malformed, Verify($$"""{"alg":"HS256","x":"{{new string('x', 100_000)}}"}""", Signer("HS256")));
    }

    [Fact]
    public void Any_change_of_any_token_is_refused() => Seeds.Check(3_000, random =>
    {
        var alg = new[] { "HS256", "RS256", "ES256" }[random.Next(3)];
        var token = Tokens[alg].ToCharArray();
        for (var changes = 1 + random.Next(3); changes > 0; changes--)
        {
            token[random.Next(token.Length)] = "ABCXYZabcxyz0189-_.="[random.Next(20)];
        }

        var text = new string(token);
        Assert.True(text == Tokens[alg] || _verifier.Verify(text, out _) != TicketFailure.None, text);
    });

    private static Dictionary<string, string> Tokens { get; } = new[] { "HS256", "RS256", "ES256" }
        .ToDictionary(alg => alg, alg => TicketMint.Sign($$"""{"alg":"{{alg}}"}""", Payload, Signer(alg)));

    private static Func<byte[], byte[]> Signer(string alg)
    {
        var secret = Encoding.UTF8.GetBytes(TicketMint.Secret);
        return alg switch
        {
            "HS256" => signed => HMACSHA256.HashData(secret, signed),
            "HS384" => signed => HMACSHA384.HashData(secret, signed),
            "HS512" => signed => HMACSHA512.HashData(secret, signed),
            "RS256" => signed => RsaKey.SignData(signed, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            "PS256" => signed => RsaKey.SignData(signed, HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
            _ => signed => EcKey.SignData(signed, HashAlgorithmName.SHA256),
        };
    }

    private static JwsKey Key(string kid, JwtAlgorithm alg) => JwsKeys.Create(new JwtKeyConfig
    {
        Kid = kid,
        Alg = alg,
        Secret = alg is JwtAlgorithm.HS256 or JwtAlgorithm.HS384 or JwtAlgorithm.HS512 ? TicketMint.Secret : null,
        PublicKeyFile = alg switch
        {
            JwtAlgorithm.RS256 or JwtAlgorithm.PS256 => new PemFile("rsa.pem", RsaKey.ExportSubjectPublicKeyInfoPem()),
            JwtAlgorithm.ES256 => new PemFile("ec.pem", EcKey.ExportSubjectPublicKeyInfoPem()),
            _ => null,
        },
    });

    private TicketFailure Verify(string header, Func<byte[], byte[]> sign) => _verifier.Verify(TicketMint.Sign(header, Payload, sign), out _);
}
