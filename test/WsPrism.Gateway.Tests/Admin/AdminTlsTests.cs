using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using WsPrism.Gateway.Tests.Support;

namespace WsPrism.Gateway.Tests.Admin;

/// <summary>The admin listener behind a certificate of its own, with HTTP/1.1 and HTTP/2.</summary>
public sealed class AdminTlsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _thumbprint;

    public AdminTlsTests()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var from = TimeProvider.System.GetUtcNow().AddDays(-1);
        using var certificate = request.CreateSelfSigned(from, from.AddDays(30));
        _thumbprint = certificate.GetCertHashString();
        _folder.Write("cert.pem", certificate.ExportCertificatePem());
        _folder.Write("key.pem", key.ExportPkcs8PrivateKeyPem());
    }

    private TestConfig Config => new TestConfig().Gateway("admin.tls", $$"""{cert_file: "{{_folder.Path}}/cert.pem", key_file: "{{_folder.Path}}/key.pem"}""");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task The_api_is_served_over_both_versions(string version)
    {
        await using var gateway = await GatewayUnderTest.StartAsync(ApiUnderTest.WithKeys(Config), bystander: false);
        using var http = Client();

        using var answer = await AskAsync(http, gateway, version, HttpMethod.Post, "/v1/tenants/acme/messages", """{"svc":"a","type":"b"}""");
        using var metrics = await AskAsync(http, gateway, version, HttpMethod.Get, "/metrics", null);

        Assert.Equal((HttpStatusCode.OK, new Version(version)), (answer.StatusCode, answer.Version));
        Assert.Equal("""{"receivers":0}""", await answer.Content.ReadAsStringAsync(Patience.Token()));
        Assert.Equal(HttpStatusCode.OK, metrics.StatusCode);
    }

    [Fact]
    public async Task Many_requests_share_one_connection_and_a_body_that_is_too_long_ends_only_its_own()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(ApiUnderTest.WithKeys(Config), bystander: false);
        using var http = Client();
        using var first = await AskAsync(http, gateway, "2.0", HttpMethod.Get, "/healthz", null);

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => AskAsync(
            http, gateway, "2.0", HttpMethod.Post, "/v1/tenants/acme/messages", i % 4 == 0 ? new string(' ', 100_000) : """{"svc":"a","type":"b"}""")));

        Assert.Equal(10, answers.Count(answer => answer.StatusCode == HttpStatusCode.RequestEntityTooLarge));
        Assert.Equal(30, answers.Count(answer => answer.StatusCode == HttpStatusCode.OK));
    }

    [Fact]
    public async Task Plain_text_is_not_served_there()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(Config, bystander: false);
        using var raw = await RawClient.ConnectAsync(gateway.AdminAddress);

        await raw.SendAsync(RawClient.Get("/metrics"));

        Assert.DoesNotContain("200", System.Text.Encoding.ASCII.GetString(await raw.ReadToEndAsync()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_the_clear_both_versions_are_served_too()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(ApiUnderTest.WithKeys(new TestConfig()), bystander: false);
        using var http = Client();

        foreach (var version in new[] { "1.1", "2.0" })
        {
            using var answer = await AskAsync(http, gateway, version, HttpMethod.Post, "/v1/tenants/acme/messages", """{"svc":"a","type":"b"}""", "http");

            Assert.Equal((HttpStatusCode.OK, new Version(version)), (answer.StatusCode, answer.Version));
            Assert.Equal("""{"receivers":0}""", await answer.Content.ReadAsStringAsync(Patience.Token()));
        }
    }

    [Fact]
    public async Task What_only_begins_like_version_2_is_read_as_version_1()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(new TestConfig(), bystander: false);
        using var other = await RawClient.ConnectAsync(gateway.AdminAddress);
        using var broken = await RawClient.ConnectAsync(gateway.AdminAddress);

        foreach (var c in "PRIVATE / HTTP/1.1\r\nHost: a\r\n\r\n")
        {
            await other.SendAsync($"{c}");
        }

        Assert.InRange((await other.ReadHttpAsync()).Status, 400, 499);
        await broken.SendAsync("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n");
        Assert.DoesNotContain("200", System.Text.Encoding.ASCII.GetString(await broken.ReadToEndAsync()), StringComparison.Ordinal);
    }

    private HttpClient Client() => new(new SocketsHttpHandler
    {
        SslOptions = new System.Net.Security.SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.GetCertHashString() == _thumbprint },
    });

    private static async Task<HttpResponseMessage> AskAsync(HttpClient http, GatewayUnderTest gateway, string version, HttpMethod method, string target, string? body, string scheme = "https")
    {
        using var request = new HttpRequestMessage(method, $"{scheme}://{gateway.AdminAddress}{target}") { Version = new Version(version), VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {ApiUnderTest.AcmeKey}");
        if (body is not null)
        {
            request.Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        }

        return await http.SendAsync(request, Patience.Token());
    }
}
