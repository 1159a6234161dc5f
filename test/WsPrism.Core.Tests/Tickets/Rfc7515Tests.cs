using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using WsPrism.Core.Configuration;
using WsPrism.Core.Tickets;

namespace WsPrism.Core.Tests.Tickets;

/// <summary>The examples of RFC 7515, appendix A, with the keys that stand there.</summary>
public sealed class Rfc7515Tests
{
    private const string Payload = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    private const string A1 = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." + Payload + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    private const string A2 = "eyJhbGciOiJSUzI1NiJ9." + Payload
        + ".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO"
        + "75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlV"
        + "mtVrBp0igcN_IoypGlUPQGe77Rw";

    private const string A3 = "eyJhbGciOiJFUzI1NiJ9." + Payload + ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
    private const string A5 = "eyJhbGciOiJub25lIn0." + Payload + ".";

    private static readonly JwsKey Hmac = new HmacJwsKey(
        "a1", JwtAlgorithm.HS256, Base64Url.DecodeFromChars("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"));

    private static readonly JwsKey Rsa = new RsaJwsKey("a2", JwtAlgorithm.RS256, new RSAParameters
    {
        Modulus = Base64Url.DecodeFromChars(
            "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0"
            + "LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2"
            + "PAcDTW9gb54h4FRWyuXpoQ"),
        Exponent = [1, 0, 1],
    });

    private static readonly JwsKey Ecdsa = new EcdsaJwsKey("a3", new ECParameters
    {
        Curve = ECCurve.NamedCurves.nistP256,
        Q = new ECPoint
        {
            X = Base64Url.DecodeFromChars("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"),
            Y = Base64Url.DecodeFromChars("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"),
        },
    });

    private readonly JwsVerifier _verifier = new([Hmac, Rsa, Ecdsa]);

    [Theory]
    [InlineData(A1)]
    [InlineData(A2)]
    [InlineData(A3)]
    public void The_example_is_good_and_has_its_payload(string token)
    {
        Assert.Equal(TicketFailure.None, _verifier.Verify(token, out var payload));
        Assert.Equal("{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}", Encoding.UTF8.GetString(payload));
    }

    [Fact]
    public void The_unsecured_example_is_refused() => Assert.Equal(TicketFailure.Algorithm, _verifier.Verify(A5, out _));

    [Theory]
    [InlineData(A1)]
    [InlineData(A2)]
    [InlineData(A3)]
    public void No_example_is_good_with_any_single_character_changed_or_gone(string token)
    {
        for (var i = 0; i < token.Length; i++)
        {
            var changed = token[..i] + (token[i] == 'A' ? 'B' : 'A') + token[(i + 1)..];

            Assert.NotEqual(TicketFailure.None, _verifier.Verify(changed, out var payload));
            Assert.Empty(payload);
            Assert.NotEqual(TicketFailure.None, _verifier.Verify(token.Remove(i, 1), out _));
        }
    }

    [Fact]
    public void Many_threads_verify_at_once() => Parallel.For(0, 64, i =>
        Assert.Equal(TicketFailure.None, _verifier.Verify(i % 2 == 0 ? A2 : A3, out _)));
}
