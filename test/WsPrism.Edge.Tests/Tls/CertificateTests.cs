using WsPrism.Core.Configuration;
using WsPrism.Edge.Tests.Support;
using WsPrism.Gateway.Cli;
using WsPrism.Gateway.Hosting;

namespace WsPrism.Edge.Tests.Tls;

/// <summary>A certificate that is of no use is an error of the configuration.</summary>
public sealed class CertificateTests : IDisposable
{
    private readonly Certificates _certificates = new();

    public void Dispose() => _certificates.Dispose();

    [Fact]
    public void Without_TLS_there_is_no_certificate() => Assert.Null(ServerCertificate.Load(null, "gateway.tls"));

    [Fact]
    public void A_file_that_is_no_certificate_is_named()
    {
        var exception = Assert.Throws<CertificateException>(() => ServerCertificate.Load(new TlsConfig { CertFile = _certificates.Broken, KeyFile = _certificates.KeyFile }, "gateway.tls"));

        Assert.StartsWith($"gateway.tls: cannot use {_certificates.Broken} with ", exception.Message, StringComparison.Ordinal);
        Assert.Contains($"{_certificates.Broken} holds no certificate", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_of_another_certificate_is_named()
    {
        var exception = Assert.Throws<CertificateException>(() => ServerCertificate.Load(new TlsConfig { CertFile = _certificates.CertFile, KeyFile = _certificates.OtherKeyFile }, "gateway.tls"));

        Assert.Contains(_certificates.OtherKeyFile, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_password_is_an_error_that_does_not_show_it()
    {
        var exception = Assert.Throws<CertificateException>(() => ServerCertificate.Load(new TlsConfig { PfxFile = _certificates.PfxFile, Password = "secret" }, "gateway.tls"));

        Assert.StartsWith($"gateway.tls: cannot use {_certificates.PfxFile}: ", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_gone_is_named()
    {
        var exception = Assert.Throws<CertificateException>(() => ServerCertificate.Load(new TlsConfig { PfxFile = _certificates.PfxFile + ".gone" }, "gateway.tls"));

        Assert.Contains(".gone", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("start")]
    [InlineData("validate")]
    public async Task The_commands_exit_with_1(string command)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, GatewayRun.Yaml($$"""tls: {cert_file: "{{_certificates.Broken}}", key_file: "{{_certificates.KeyFile}}"}"""));

            var code = await WsPrismCommand.RunAsync([command, "--config", file]);

            Assert.Equal(ExitCode.BadConfiguration, code);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
