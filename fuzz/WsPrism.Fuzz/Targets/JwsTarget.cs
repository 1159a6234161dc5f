using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using WsPrism.Core.Configuration;
using WsPrism.Core.Tickets;

namespace WsPrism.Fuzz.Targets;

/// <summary>
/// Verifies tickets. Nothing is thrown, and nothing is good but the seeds themselves, letter by letter: whoever changes one has no key. Then the input, as it is
/// and signed as it should be, is a header and a payload, and its JSON must be taken or refused as .NET's own document does.
/// </summary>
internal sealed class JwsTarget : IFuzzTarget
{
    private const string Secret = "the secret of the fuzz target has 64 bytes, as HS512 needs it to.";
    private const string Claims = """{"iss":"joe","sub":"alice","exp":1300819380,"nbf":1,"aud":["a","b"],"rooms":["match:*"],"roles":["publisher"],"jti":"7"}""";
    private const long NowMs = 1_300_000_000_000;

    // The examples of RFC 7515, appendix A.2 and A.3: fixed, so that a finding can be run again.
    private const string Payload = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

    private const string Rs256 = "eyJhbGciOiJSUzI1NiJ9." + Payload + "."
        + "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnby"
        + "TyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rq"
        + "Vt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";

    private const string Es256 = "eyJhbGciOiJFUzI1NiJ9." + Payload
        + ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = JsonMembers.MaxLevels + 1 };

    private readonly HashSet<string> _good;
    private readonly JwtTickets _tickets;
    private readonly JwtTickets _open;

    public JwsTarget()
    {
        _good = [Sign("""{"alg":"HS256","kid":"hs"}""", Claims, Hmac), Rs256, Es256];
        var hs = new JwtKeyConfig { Kid = "hs", Alg = JwtAlgorithm.HS256, Secret = Secret };
        _tickets = new JwtTickets(new JwtConfig
        {
            UserClaim = "iss",
            Keys =
            [
                hs,
                new JwtKeyConfig { Kid = "rs", Alg = JwtAlgorithm.RS256, PublicKeyFile = new PemFile("rsa.pem", RsaPem()) },
                new JwtKeyConfig { Kid = "es", Alg = JwtAlgorithm.ES256, PublicKeyFile = new PemFile("ec.pem", EcPem()) },
            ],
        });
        _open = new JwtTickets(new JwtConfig { Keys = [hs] });
        Seeds = [.. _good.Select(Encoding.ASCII.GetBytes), Encoding.UTF8.GetBytes(Claims), """{"alg":"HS256","x":[[{"a":[]}],1e5]}"""u8.ToArray()];
    }

    public string Name => "jws";

    public IEnumerable<byte[]> Seeds { get; }

    public IEnumerable<byte[]> Dictionary { get; } =
    [
        .. new[]
        {
            ".", "..", "=", "eyJhbGciOiJub25lIn0.", "eyJhbGciOiJIUzI1NiJ9.", "\"alg\":\"none\"", "\"alg\":\"HS256\",", "\"sub\":\"a\",", "\"s\\u0075b\":\"b\",", "\"exp\":1e300,",
            "\"exp\":\"1\",", "\"crit\":[],", "\"aud\":\"a\",", "\"rooms\":[\"*\"],", "{", "}", "[", "]", ",", ":", "\"", "\\", "\\ud800", "\\u0000", "\u00e9", "\uFEFF", "1e999", "-1",
        }.Select(Encoding.UTF8.GetBytes)
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        // Tickets reach us as text without a fixed encoding.
        var text = Encoding.Latin1.GetString(input);
        var (identity, failure) = _tickets.Authenticate(text, NowMs);
        BrokenInvariantException.ThrowIfNot(identity is not null == (failure == TicketFailure.None), "who is let in has no failure, and who is not has one");
        BrokenInvariantException.ThrowIfNot(identity is not null == _good.Contains(text), "only what was signed is good");

        ReadsJsonAsTheDocumentDoes(input);
        ReadsWhatIsSigned(input);
    }

    private static void ReadsJsonAsTheDocumentDoes(ReadOnlySpan<byte> input)
    {
        var bytes = input.ToArray();
        var isTaken = JsonMembers.Parse(bytes) is not null;
        BrokenInvariantException.ThrowIfNot(isTaken == IsStrictObject(bytes), "an object is taken exactly where the document model takes it, has no name twice and is valid UTF-8");
    }

    private void ReadsWhatIsSigned(ReadOnlySpan<byte> input)
    {
        if (input.Length > 1_024)
            return;

        // As the header: nothing but what is there may choose the key. As the payload: whatever is signed is read without a fault.
        var json = Encoding.UTF8.GetString(input);
        var failure = _open.Authenticate(Sign(json, "{}", Hmac), NowMs).Failure;
        BrokenInvariantException.ThrowIfNot(failure != TicketFailure.None, "without an end nothing is good");

        (var identity, failure) = _open.Authenticate(Sign("""{"alg":"HS256"}""", json, Hmac), NowMs);
        BrokenInvariantException.ThrowIfNot(failure is not (TicketFailure.Signature or TicketFailure.UnknownKey or TicketFailure.Algorithm), "what was signed is signed");
        BrokenInvariantException.ThrowIfNot(
            identity is null || (identity.ExpiresAtMs > NowMs && identity.User.Length > 0 && Encoding.UTF8.GetByteCount(identity.User) <= 128 && !identity.User.Any(char.IsControl)),
            "who is let in has a name and an end to come");
    }

    private static bool IsStrictObject(byte[] bytes)
    {
        if (!Utf8.IsValid(bytes))
            return false;

        try
        {
            using var document = JsonDocument.Parse(bytes, Strict);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return false;

            var names = document.RootElement.EnumerateObject().Select(member => member.Name).ToArray();
            return names.Distinct(StringComparer.Ordinal).Count() == names.Length;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The latter: half of a surrogate pair in a name.
            return false;
        }
    }

    private static string RsaPem()
    {
        const string Modulus = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2j"
            + "Z47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK"
            + "-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
        using var rsa = RSA.Create(new RSAParameters { Modulus = Base64Url.DecodeFromChars(Modulus), Exponent = [1, 0, 1] });
        return rsa.ExportSubjectPublicKeyInfoPem();
    }

    private static string EcPem()
    {
        var point = new ECPoint
        {
            X = Base64Url.DecodeFromChars("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"),
            Y = Base64Url.DecodeFromChars("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"),
        };
        using var ec = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = point });
        return ec.ExportSubjectPublicKeyInfoPem();
    }

    private static byte[] Hmac(byte[] signed) => HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), signed);

    private static string Sign(string header, string payload, Func<byte[], byte[]> sign)
    {
        var signed = $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header))}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload))}";
        return $"{signed}.{Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(signed)))}";
    }
}
