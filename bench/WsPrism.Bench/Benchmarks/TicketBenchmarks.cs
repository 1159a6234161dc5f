using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using BenchmarkDotNet.Attributes;
using WsPrism.Core.Configuration;
using WsPrism.Core.Tickets;

namespace WsPrism.Bench.Benchmarks;

/// <summary>What a ticket costs a handshake: all that is done from the text to the identity.</summary>
public class TicketBenchmarks
{
    private const string Secret = "a secret of 64 bytes, which is enough for HS512 as well - really";

    private readonly OneTimeTickets _oneTime = new(TimeProvider.System);
    private JwtTickets _tickets = null!;
    private string _jwt = string.Empty;
    private string _minted = string.Empty;
    private long _nowMs;

    [Params(JwtAlgorithm.HS256, JwtAlgorithm.HS512, JwtAlgorithm.RS256, JwtAlgorithm.PS256, JwtAlgorithm.ES256)]
    public JwtAlgorithm Algorithm { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        using var rsa = RSA.Create(2_048);
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        _nowMs = now.ToUnixTimeMilliseconds();
        var signed = Encode($$"""{"alg":"{{Algorithm}}","kid":"k"}""") + "." + Encode(
            $$"""{"iss":"https://login.example","sub":"user:4711","iat":{{now.ToUnixTimeSeconds()}},"exp":{{now.AddDays(1).ToUnixTimeSeconds()}},"rooms":["match:1"]}""");
        var bytes = Encoding.ASCII.GetBytes(signed);
        var isShared = Algorithm is JwtAlgorithm.HS256 or JwtAlgorithm.HS512;
        _jwt = signed + "." + Base64Url.EncodeToString(Algorithm switch
        {
            JwtAlgorithm.HS256 => HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), bytes),
            JwtAlgorithm.HS512 => HMACSHA512.HashData(Encoding.UTF8.GetBytes(Secret), bytes),
            JwtAlgorithm.RS256 => rsa.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            JwtAlgorithm.PS256 => rsa.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
            _ => ecdsa.SignData(bytes, HashAlgorithmName.SHA256),
        });
        var pem = Algorithm == JwtAlgorithm.ES256 ? ecdsa.ExportSubjectPublicKeyInfoPem() : rsa.ExportSubjectPublicKeyInfoPem();
        _tickets = new JwtTickets(new JwtConfig
        {
            Keys = [new JwtKeyConfig { Kid = "k", Alg = Algorithm, Secret = isShared ? Secret : null, PublicKeyFile = isShared ? null : new PemFile("key.pem", pem) }],
        });
        _minted = _oneTime.Mint("user:4711", OneTimeTickets.MaxTtlMs, [], null, null, out _)!;
    }

    [Benchmark(Baseline = true)]
    public bool VerifyJwt() => _tickets.Authenticate(_jwt, _nowMs).Identity is not null;

    [Benchmark]
    public bool FindOneTime() => _oneTime.Find(_minted) is not null;

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
